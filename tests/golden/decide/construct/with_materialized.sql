-- role clinician
WITH named AS MATERIALIZED (SELECT id, last_name || ', ' || first_name AS name FROM patients WHERE state = 'CA') SELECT name FROM named ORDER BY name
----
Split
because public.patients.last_name: an expression needs its value
server  SELECT (0)::pg_catalog.int4, pg_catalog.int4send("id"), "last_name"::pg_catalog.bytea, "first_name"::pg_catalog.bytea, pg_catalog.bpcharsend("state"), pg_catalog.textsend(("id")::pg_catalog.text) FROM "public"."patients" WHERE (((state = {literal 2})))
slice   public.patients(id, last_name open, first_name open, state)
twin    WITH named AS MATERIALIZED (SELECT id, (last_name || {literal 1}) || first_name AS name FROM patients WHERE state = {literal 2}) SELECT name FROM named ORDER BY name
seen    public.patients.first_name clear, public.patients.last_name clear
