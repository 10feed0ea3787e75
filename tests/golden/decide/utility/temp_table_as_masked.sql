-- role billing
CREATE TEMP TABLE report (number, born) ON COMMIT DROP AS SELECT id, dob, zip FROM patients
----
Split write
because what it stores stays sealed
server  SELECT (0)::pg_catalog.int4, pg_catalog.int4send("id"), "dob"::pg_catalog.bytea, pg_catalog.varcharsend(CAST(CASE WHEN CAST(("zip") AS pg_catalog.text) IS NULL THEN NULL WHEN pg_catalog.length(pg_catalog."left"(CAST(("zip") AS pg_catalog.text), 3)) OPERATOR(pg_catalog.=) 3 AND (pg_catalog.translate(pg_catalog."left"(CAST(("zip") AS pg_catalog.text), 3), '0123456789', '')) COLLATE pg_catalog."C" OPERATOR(pg_catalog.=) '' AND (pg_catalog."left"(CAST(("zip") AS pg_catalog.text), 3)) COLLATE pg_catalog."C" OPERATOR(pg_catalog.<>) ALL (ARRAY['036', '059', '063', '102', '202', '203', '204', '205', '369', '556', '692', '753', '772', '790', '821', '823', '830', '831', '878', '879', '884', '890', '893']) THEN pg_catalog."left"(CAST(("zip") AS pg_catalog.text), 3) ELSE '000' END AS "pg_catalog"."varchar"(10))), pg_catalog.textsend(("id")::pg_catalog.text) FROM "public"."patients"
slice   public.patients(id, dob open, mask year, zip)
twin    SELECT id, dob, zip FROM patients
write   CREATE TEMPORARY TABLE report(number, born, zip) ON COMMIT DROP AS SELECT pgveil_new.pgveil_1::"pg_catalog"."int4", pgveil_new.pgveil_2::"pgveil"."date", pgveil_new.pgveil_3::"pg_catalog"."varchar"(10) FROM ROWS FROM (pg_catalog.unnest($1::"pg_catalog"."int4"[]), pg_catalog.unnest($2::"pg_catalog"."bytea"[]), pg_catalog.unnest($3::"pg_catalog"."varchar"[])) AS pgveil_new (pgveil_1, pgveil_2, pgveil_3)
        $1 is number
        $2 is born, sealed
        $3 is zip
seen    public.patients.dob masked, public.patients.zip masked
