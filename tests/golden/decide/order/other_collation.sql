-- role clinician
SELECT id FROM patients ORDER BY last_name COLLATE "C" LIMIT 5
----
Split
because public.patients.last_name: an expression needs its value
server  SELECT (0)::pg_catalog.int4, pg_catalog.int4send("id"), "last_name"::pg_catalog.bytea FROM "public"."patients"
slice   public.patients(id, last_name open)
twin    SELECT id, patients.id::pg_catalog.text AS pgveil_2 FROM patients ORDER BY last_name COLLATE "C" LIMIT {literal 1}
seen    public.patients.last_name clear
