-- role clinician
SELECT kind, count(*), avg(pulse) INTO TEMP pulses FROM visits GROUP BY kind
----
Split write
because what it stores stays sealed
server  SELECT (0)::pg_catalog.int4, pg_catalog.enum_send("kind"), "pulse"::pg_catalog.bytea, pg_catalog.textsend(("patient_id")::pg_catalog.text) FROM "public"."visits"
slice   public.visits(kind, pulse open)
twin    SELECT kind, count(*), avg(pulse) FROM visits GROUP BY kind
write   CREATE TEMPORARY TABLE pulses(kind, count, avg) AS SELECT pgveil_new.pgveil_1::"public"."visit_kind", pgveil_new.pgveil_2::"pg_catalog"."int8", pgveil_new.pgveil_3::"pgveil"."numeric" FROM ROWS FROM (pg_catalog.unnest($1::"pg_catalog"."text"[]), pg_catalog.unnest($2::"pg_catalog"."int8"[]), pg_catalog.unnest($3::"pg_catalog"."bytea"[])) AS pgveil_new (pgveil_1, pgveil_2, pgveil_3)
        $1 is kind
        $2 is count
        $3 is avg, sealed
seen    public.visits.pulse clear
