-- role clinician
SELECT id FROM patients WHERE ssn IS NULL
----
InPlace
server  SELECT id, patients.id::pg_catalog.text AS pgveil_2 FROM public.patients WHERE ssn IS NULL
outputs forward; subject
seen    public.patients.ssn clear
