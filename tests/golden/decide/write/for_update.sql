-- role clinician
SELECT id, last_name FROM patients WHERE id = 1 FOR UPDATE
----
InPlace
server  SELECT id, last_name, patients.id::pg_catalog.text AS pgveil_3 FROM public.patients WHERE id = {literal 1} FOR UPDATE
outputs forward; open; subject
seen    public.patients.last_name clear
