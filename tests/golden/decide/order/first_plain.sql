-- role clinician
SELECT id, upper(last_name) FROM patients ORDER BY id DESC LIMIT 10
----
Split
because public.patients.last_name: an expression needs its value
server  (SELECT (0)::pg_catalog.int4, pg_catalog.int4send("id"), "last_name"::pg_catalog.bytea FROM "public"."patients" ORDER BY "id" DESC NULLS FIRST FETCH FIRST (LEAST(COALESCE(({literal 1})::pg_catalog.int8, 4611686018427387903), 4611686018427387903)) ROWS WITH TIES)
slice   public.patients(id, last_name open)
twin    SELECT id, upper(last_name), patients.id::pg_catalog.text AS pgveil_3 FROM patients ORDER BY id DESC LIMIT {literal 1}
seen    public.patients.last_name clear
