-- role clinician
SELECT id FROM visits WHERE pulse IN (60, $1)
----
Split
because public.visits.pulse: it has no search term for equality
server  SELECT (0)::pg_catalog.int4, pg_catalog.int8send("id"), "pulse"::pg_catalog.bytea, pg_catalog.int4send("patient_id") FROM "public"."visits" WHERE (((({literal 1 range terms} IS NULL OR pgveil.bucket("pulse") = ANY ({literal 1 range terms})) OR ($1 IS NULL OR pgveil.bucket("pulse") = ANY ($1)))))
        $1 is the client's $1, range terms
slice   public.visits(id, pulse open, patient_id)
twin    SELECT id, visits.patient_id::pg_catalog.text AS pgveil_2 FROM visits WHERE pulse IN ({literal 1}, $1)
seen    public.visits.pulse clear, public.visits.pulse searched
