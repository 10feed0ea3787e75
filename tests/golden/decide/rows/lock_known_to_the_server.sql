-- role clinician
SELECT id, upper(last_name) FROM patients WHERE id = 3 FOR UPDATE NOWAIT
----
Split
because public.patients.last_name: an expression needs its value
server  SELECT (0)::pg_catalog.int4, pg_catalog.int4send("id"), "last_name"::pg_catalog.bytea FROM (SELECT "id", "last_name" FROM "public"."patients" WHERE (((id = {literal 1}))) FOR UPDATE NOWAIT) AS "patients"
slice   public.patients(id, last_name open)
twin    SELECT id, upper(last_name), patients.id::pg_catalog.text AS pgveil_3 FROM patients WHERE id = {literal 1} FOR UPDATE NOWAIT
seen    public.patients.last_name clear
