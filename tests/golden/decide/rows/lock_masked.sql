-- role billing
SELECT id, last_name FROM patients WHERE last_name = 'Garcia' FOR UPDATE
----
InPlace
server  SELECT id, last_name, patients.id::pg_catalog.text AS pgveil_3 FROM public.patients WHERE pgveil.equality(last_name) = {literal 1 equality term} FOR UPDATE
outputs forward; open, mask redact; subject
seen    public.patients.last_name masked, public.patients.last_name searched
