-- role clinician
SELECT p.id FROM patients p JOIN (VALUES ('Lopez'), ('Smith')) AS v(name) ON p.last_name = v.name
----
Split
because public.patients.last_name: an expression needs its value
server  SELECT (0)::pg_catalog.int4, pg_catalog.int4send("id"), "last_name"::pg_catalog.bytea FROM "public"."patients"
slice   public.patients(id, last_name open)
twin    SELECT p.id, p.id::pg_catalog.text AS pgveil_2 FROM patients p JOIN (VALUES ({literal 1}), ({literal 2})) v(name) ON p.last_name = v.name
seen    public.patients.last_name clear
