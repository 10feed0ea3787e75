-- role clinician
SELECT p.id FROM patients p WHERE EXISTS (SELECT FROM visits v WHERE v.patient_id = p.id AND v.reason LIKE '%pain%')
----
Split
because public.visits.reason: an expression needs its value
server  SELECT (0)::pg_catalog.int4, pg_catalog.int4send("id"), NULL::pg_catalog.bytea, NULL::pg_catalog.bytea FROM "public"."patients" UNION ALL SELECT (1)::pg_catalog.int4, pg_catalog.int4send("patient_id"), "reason"::pg_catalog.bytea, pg_catalog.textsend(("patient_id")::pg_catalog.text) FROM "public"."visits" WHERE ((({literal 1 text query} IS NULL OR pgveil.text_terms("reason") @@ {literal 1 text query})))
slice   public.patients(id); public.visits(patient_id, reason open)
twin    SELECT p.id, p.id::pg_catalog.text AS pgveil_2 FROM patients p WHERE EXISTS (SELECT FROM visits v WHERE v.patient_id = p.id AND v.reason LIKE {literal 1})
seen    public.visits.reason clear
