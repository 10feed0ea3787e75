-- role clinician
SELECT id, last_name FROM patients ORDER BY last_name, first_name LIMIT 25 OFFSET 50
----
Split
because public.patients.last_name: it is sorted
server  (SELECT (0)::pg_catalog.int4, pg_catalog.int4send("id"), "last_name"::pg_catalog.bytea, "first_name"::pg_catalog.bytea FROM "public"."patients" ORDER BY pgveil.order_term("last_name") ASC NULLS LAST FETCH FIRST (LEAST(COALESCE(({literal 1})::pg_catalog.int8, 4611686018427387903), 4611686018427387903) + LEAST(COALESCE(({literal 2})::pg_catalog.int8, 0), 4611686018427387903)) ROWS WITH TIES)
slice   public.patients(id, last_name open, first_name open)
twin    SELECT id, last_name, patients.id::pg_catalog.text AS pgveil_3 FROM patients ORDER BY last_name, first_name LIMIT {literal 1} OFFSET {literal 2}
seen    public.patients.first_name clear, public.patients.last_name clear
