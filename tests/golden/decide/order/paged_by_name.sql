-- role clinician
SELECT id, last_name FROM patients WHERE NOT vip ORDER BY last_name, first_name, id LIMIT $1 OFFSET $2
----
Split
because public.patients.last_name: it is sorted
server  (SELECT (0)::pg_catalog.int4, pg_catalog.int4send("id"), "last_name"::pg_catalog.bytea, "first_name"::pg_catalog.bytea, pg_catalog.boolsend("vip") FROM "public"."patients" WHERE (((NOT vip))) ORDER BY pgveil.order_term("last_name") ASC NULLS LAST FETCH FIRST (LEAST(COALESCE(($1)::pg_catalog.int8, 4611686018427387903), 4611686018427387903) + LEAST(COALESCE(($2)::pg_catalog.int8, 0), 4611686018427387903)) ROWS WITH TIES)
        $1 is the client's $1, as it is
        $2 is the client's $2, as it is
slice   public.patients(id, last_name open, first_name open, vip)
twin    SELECT id, last_name, patients.id::pg_catalog.text AS pgveil_3 FROM patients WHERE NOT vip ORDER BY last_name, first_name, id LIMIT $1 OFFSET $2
seen    public.patients.first_name clear, public.patients.last_name clear
