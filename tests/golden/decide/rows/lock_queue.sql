-- role clinician
SELECT id, upper(last_name) FROM patients WHERE id > 5 ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED
----
Split
because public.patients.last_name: an expression needs its value
server  SELECT (0)::pg_catalog.int4, pg_catalog.int4send("id"), "last_name"::pg_catalog.bytea FROM (SELECT "id", "last_name" FROM "public"."patients" WHERE (((id > {literal 1}))) ORDER BY "id" ASC NULLS LAST LIMIT LEAST(COALESCE(({literal 2})::pg_catalog.int8, 4611686018427387903), 4611686018427387903) FOR UPDATE SKIP LOCKED) AS "patients"
slice   public.patients(id, last_name open)
twin    SELECT id, upper(last_name), patients.id::pg_catalog.text AS pgveil_3 FROM patients WHERE id > {literal 1} ORDER BY id LIMIT {literal 2} FOR UPDATE SKIP LOCKED
seen    public.patients.last_name clear
