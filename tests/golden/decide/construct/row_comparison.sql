-- role front_desk
SELECT mrn FROM patients WHERE (id, city) = (3, '***') ORDER BY mrn
----
Split
because public.patients.mrn: it is sorted
server  SELECT (0)::pg_catalog.int4, pg_catalog.int4send("id"), "mrn"::pg_catalog.bytea, pg_catalog.varcharsend(CAST(CASE WHEN CAST(("city") AS pg_catalog.text) IS NOT NULL THEN '***' END AS "pg_catalog"."varchar"(60))) FROM "public"."patients" WHERE ((not vip))
slice   public.patients(id, mrn open, city)
twin    SELECT mrn, patients.id::pg_catalog.text AS pgveil_2 FROM patients WHERE (id, city) = ({literal 1}, {literal 2}) ORDER BY mrn
seen    public.patients.city masked, public.patients.mrn clear
