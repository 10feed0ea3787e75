-- role clinician
SELECT id, last_name = 'Lopez' FROM patients ORDER BY last_name = 'Lopez', id
----
Split
because a condition on a sealed column is sorted, grouped or made distinct
server  SELECT (0)::pg_catalog.int4, pg_catalog.int4send("id"), "last_name"::pg_catalog.bytea FROM "public"."patients"
slice   public.patients(id, last_name open)
twin    SELECT id, last_name = {literal 1}, patients.id::pg_catalog.text AS pgveil_3 FROM patients ORDER BY last_name = 'Lopez', id
seen    public.patients.last_name searched
