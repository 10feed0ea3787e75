-- role clinician
SELECT p.id FROM patients p JOIN visits v ON v.patient_id = p.id ORDER BY p.last_name LIMIT 5
----
Split
because public.patients.last_name: it is sorted
server  SELECT (0)::pg_catalog.int4, pg_catalog.int4send("id"), "last_name"::pg_catalog.bytea FROM "public"."patients" UNION ALL SELECT (1)::pg_catalog.int4, pg_catalog.int4send("patient_id"), NULL::pg_catalog.bytea FROM "public"."visits"
slice   public.patients(id, last_name open); public.visits(patient_id)
twin    SELECT p.id, p.id::pg_catalog.text AS pgveil_2, v.patient_id::pg_catalog.text AS pgveil_3 FROM patients p JOIN visits v ON v.patient_id = p.id ORDER BY p.last_name LIMIT {literal 1}
seen    public.patients.last_name clear
