-- role clinician
SELECT id FROM lab_results WHERE value > 100 OR (value < 2 AND value > 1)
----
Split
because public.lab_results.value: an expression needs its value
server  SELECT (0)::pg_catalog.int4, pg_catalog.int8send("id"), "value"::pg_catalog.bytea, pg_catalog.int4send("patient_id") FROM "public"."lab_results" WHERE ((((({literal 1 and above range terms} IS NULL OR pgveil.bucket("value") = ANY ({literal 1 and above range terms}))) OR (({literal 3 to literal 2 range terms} IS NULL OR pgveil.bucket("value") = ANY ({literal 3 to literal 2 range terms}))))))
slice   public.lab_results(id, value open, patient_id)
twin    SELECT id, lab_results.patient_id::pg_catalog.text AS pgveil_2 FROM lab_results WHERE value > {literal 1} OR (value < {literal 2} AND value > {literal 3})
seen    public.lab_results.value clear
