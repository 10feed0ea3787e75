-- role clinician
SELECT id FROM patients WHERE ssn IS NOT DISTINCT FROM $1
----
InPlace
server  SELECT id, patients.id::pg_catalog.text AS pgveil_2 FROM public.patients WHERE pgveil.equality(ssn) IS NOT DISTINCT FROM $1
        $1 is the client's $1, equality term
outputs forward; subject
seen    public.patients.ssn searched
