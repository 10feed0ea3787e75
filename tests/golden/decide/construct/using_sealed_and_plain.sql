-- role clinician
SELECT last_name, p.id, d.id FROM patients p JOIN practitioners d USING (last_name)
----
Split
because public.patients.last_name: an expression needs its value
server  SELECT (0)::pg_catalog.int4, pg_catalog.int4send("id"), "last_name"::pg_catalog.bytea FROM "public"."patients" UNION ALL SELECT (1)::pg_catalog.int4, pg_catalog.int4send("id"), pg_catalog.varcharsend("last_name") FROM "public"."practitioners"
slice   public.patients(id, last_name open); public.practitioners(id, last_name)
twin    SELECT last_name, p.id, d.id, p.id::pg_catalog.text AS pgveil_4 FROM patients p JOIN practitioners d USING (last_name)
seen    public.patients.last_name clear
