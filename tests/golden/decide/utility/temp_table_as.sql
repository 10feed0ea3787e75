-- role clinician
CREATE TEMP TABLE report AS SELECT id, last_name, upper(first_name) AS first FROM patients WHERE last_name LIKE 'Smi%'
----
Split write
because what it stores stays sealed
server  SELECT (0)::pg_catalog.int4, pg_catalog.int4send("id"), "last_name"::pg_catalog.bytea, "first_name"::pg_catalog.bytea, pg_catalog.textsend(("id")::pg_catalog.text) FROM "public"."patients" WHERE ((({literal 1 text query} IS NULL OR pgveil.text_terms("last_name") @@ {literal 1 text query})))
slice   public.patients(id, last_name open, first_name open)
twin    SELECT id, last_name, upper(first_name) AS first FROM patients WHERE last_name LIKE {literal 1}
write   CREATE TEMPORARY TABLE report(id, last_name, first) AS SELECT pgveil_new.pgveil_1::"pg_catalog"."int4", pgveil_new.pgveil_2::"pgveil"."varchar", pgveil_new.pgveil_3::"pgveil"."text" FROM ROWS FROM (pg_catalog.unnest($1::"pg_catalog"."int4"[]), pg_catalog.unnest($2::"pg_catalog"."bytea"[]), pg_catalog.unnest($3::"pg_catalog"."bytea"[])) AS pgveil_new (pgveil_1, pgveil_2, pgveil_3)
        $1 is id
        $2 is last_name, sealed
        $3 is first, sealed
seen    public.patients.first_name clear, public.patients.last_name clear
