-- role clinician
SELECT id, row_number() OVER (ORDER BY last_name) FROM patients WHERE id < 9
----
Split
because public.patients.last_name: it is sorted
server  SELECT (0)::pg_catalog.int4, pg_catalog.int4send("id"), "last_name"::pg_catalog.bytea FROM "public"."patients" WHERE (((id < {literal 1})))
slice   public.patients(id, last_name open)
twin    SELECT id, row_number() OVER (ORDER BY last_name), patients.id::pg_catalog.text AS pgveil_3 FROM patients WHERE id < {literal 1}
seen    public.patients.last_name clear
