-- role clinician
SELECT id FROM patients WHERE mrn <> 'M1' AND id < 10
----
InPlace
server  SELECT id, patients.id::pg_catalog.text AS pgveil_2 FROM public.patients WHERE pgveil.equality(mrn) <> {literal 1 equality term} AND id < {literal 2}
outputs forward; subject
seen    public.patients.mrn searched
