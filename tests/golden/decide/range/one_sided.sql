-- role clinician
SELECT id FROM visits WHERE 38.5 < temperature
----
Split
because public.visits.temperature: an expression needs its value
server  SELECT (0)::pg_catalog.int4, pg_catalog.int8send("id"), "temperature"::pg_catalog.bytea, pg_catalog.int4send("patient_id") FROM "public"."visits" WHERE ((({literal 1 and above range terms} IS NULL OR pgveil.bucket("temperature") = ANY ({literal 1 and above range terms}))))
slice   public.visits(id, temperature open, patient_id)
twin    SELECT id, visits.patient_id::pg_catalog.text AS pgveil_2 FROM visits WHERE {literal 1} < temperature
seen    public.visits.temperature clear
