-- role clinician
SELECT id FROM visits WHERE to_tsvector('english', reason) @@ to_tsquery('english', 'pain & back')
----
Split
because public.visits.reason: an expression needs its value
server  SELECT (0)::pg_catalog.int4, pg_catalog.int8send("id"), "reason"::pg_catalog.bytea, pg_catalog.int4send("patient_id") FROM "public"."visits"
slice   public.visits(id, reason open, patient_id)
twin    SELECT id, visits.patient_id::pg_catalog.text AS pgveil_2 FROM visits WHERE to_tsvector({literal 1}, reason) @@ to_tsquery({literal 2}, {literal 3})
seen    public.visits.reason clear
