-- role billing
COPY (SELECT id, last_name FROM patients) TO STDOUT
----
InPlace
server  SELECT id, last_name, patients.id::pg_catalog.text AS pgveil_3 FROM public.patients
outputs forward; open, mask redact; subject
seen    public.patients.last_name masked
