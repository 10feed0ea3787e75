-- role clinician
WITH n AS (SELECT last_name, id FROM patients UNION SELECT last_name, id FROM patients UNION ALL SELECT last_name, id FROM patients) SELECT last_name, count(*) FROM n GROUP BY last_name
----
Split
because public.patients.last_name: a set operation compares it
server  SELECT (0)::pg_catalog.int4, pg_catalog.int4send("id"), "last_name"::pg_catalog.bytea, pg_catalog.textsend(("id")::pg_catalog.text) FROM "public"."patients"
slice   public.patients(id, last_name open)
twin    WITH n AS ((SELECT last_name, id FROM patients UNION SELECT last_name, id FROM patients) UNION ALL SELECT last_name, id FROM patients) SELECT last_name, count(*) FROM n GROUP BY last_name
seen    public.patients.last_name clear
