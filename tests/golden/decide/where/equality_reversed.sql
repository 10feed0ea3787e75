-- role clinician
SELECT id FROM patients WHERE '123-45-6789' = ssn
----
InPlace
server  SELECT id, patients.id::pg_catalog.text AS pgveil_2 FROM public.patients WHERE {literal 1 equality term} = pgveil.equality(ssn)
outputs forward; subject
seen    public.patients.ssn searched
