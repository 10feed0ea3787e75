-- role clinician
SELECT id FROM patients WHERE mrn IN ('M1', 'M2', $1)
----
InPlace
server  SELECT id, patients.id::pg_catalog.text AS pgveil_2 FROM public.patients WHERE pgveil.equality(mrn) IN ({literal 1 equality term}, {literal 2 equality term}, $1)
        $1 is the client's $1, equality term
outputs forward; subject
seen    public.patients.mrn searched
