-- role clinician
SELECT id FROM patients WHERE mrn = ANY($1)
----
InPlace
server  SELECT id, patients.id::pg_catalog.text AS pgveil_2 FROM public.patients WHERE pgveil.equality(mrn) = ANY($1)
        $1 is the client's $1, equality terms
outputs forward; subject
seen    public.patients.mrn searched
