-- role clinician
SELECT last_name, count(*) FROM patients GROUP BY last_name ORDER BY last_name LIMIT 5
----
Split
because public.patients.last_name: it is sorted
server  SELECT (0)::pg_catalog.int4, "last_name"::pg_catalog.bytea, pg_catalog.textsend(("id")::pg_catalog.text) FROM "public"."patients"
slice   public.patients(last_name open)
twin    SELECT last_name, count(*) FROM patients GROUP BY last_name ORDER BY last_name LIMIT {literal 1}
seen    public.patients.last_name clear
