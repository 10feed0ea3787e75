-- role clinician
SELECT upper(last_name) FROM patients LIMIT 3
----
Split
because public.patients.last_name: an expression needs its value
server  (SELECT (0)::pg_catalog.int4, "last_name"::pg_catalog.bytea, pg_catalog.int4send("id") FROM "public"."patients" FETCH FIRST (LEAST(COALESCE(({literal 1})::pg_catalog.int8, 4611686018427387903), 4611686018427387903)) ROWS ONLY)
slice   public.patients(last_name open, id)
twin    SELECT upper(last_name), patients.id::pg_catalog.text AS pgveil_2 FROM patients LIMIT {literal 1}
seen    public.patients.last_name clear
