-- role clinician
SELECT id, observed_at FROM lab_results WHERE patient_id = 7 ORDER BY observed_at DESC NULLS LAST FETCH FIRST 3 ROWS ONLY
----
Split
because public.lab_results.observed_at: it is sorted
server  (SELECT (0)::pg_catalog.int4, pg_catalog.int8send("id"), pg_catalog.int4send("patient_id"), "observed_at"::pg_catalog.bytea FROM "public"."lab_results" WHERE (((patient_id = {literal 1}))) ORDER BY pgveil.order_term("observed_at") DESC NULLS LAST FETCH FIRST (LEAST(COALESCE(({literal 2})::pg_catalog.int8, 4611686018427387903), 4611686018427387903)) ROWS WITH TIES)
slice   public.lab_results(id, patient_id, observed_at open)
twin    SELECT id, observed_at, lab_results.patient_id::pg_catalog.text AS pgveil_3 FROM lab_results WHERE patient_id = {literal 1} ORDER BY observed_at DESC NULLS LAST LIMIT {literal 2}
seen    public.lab_results.observed_at clear
