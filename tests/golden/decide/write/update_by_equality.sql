-- role clinician
UPDATE patients SET vip = true WHERE ssn = $1
----
InPlace
server  UPDATE public.patients SET vip = {literal 1} WHERE pgveil.equality(ssn) = $1 RETURNING patients.id::pg_catalog.text AS pgveil_1
        $1 is the client's $1, equality term
outputs subject
seen    public.patients.ssn searched
