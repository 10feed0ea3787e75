-- role clinician
SELECT p.id, upper(v.reason) FROM patients p LEFT JOIN visits v ON v.patient_id = p.id AND v.kind = 'acute' WHERE p.id < 4 AND v.id IS NULL
----
Split
because public.visits.reason: an expression needs its value
server  SELECT (0)::pg_catalog.int4, pg_catalog.int4send("id"), NULL::pg_catalog.bytea, NULL::pg_catalog.bytea, NULL::pg_catalog.bytea FROM "public"."patients" WHERE (((id < {literal 2}))) UNION ALL SELECT (1)::pg_catalog.int4, pg_catalog.int8send("id"), pg_catalog.int4send("patient_id"), pg_catalog.enum_send("kind"), "reason"::pg_catalog.bytea FROM "public"."visits" WHERE (((kind = {literal 1})) AND (("patient_id" IN (SELECT "id" FROM "public"."patients" WHERE ((id < {literal 2}))))))
slice   public.patients(id); public.visits(id, patient_id, kind, reason open)
twin    SELECT p.id, upper(v.reason), p.id::pg_catalog.text AS pgveil_3, v.patient_id::pg_catalog.text AS pgveil_4 FROM patients p LEFT JOIN visits v ON v.patient_id = p.id AND v.kind = {literal 1} WHERE p.id < {literal 2} AND v.id IS NULL
seen    public.visits.reason clear
