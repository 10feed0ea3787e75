-- role clinician
SELECT upper(last_name) FROM patients WHERE id IN (3)
----
Split
because public.patients.last_name: an expression needs its value
server  SELECT (0)::pg_catalog.int4, pg_catalog.int4send("id"), "last_name"::pg_catalog.bytea FROM "public"."patients" WHERE (((id IN ({literal 1}))))
slice   public.patients(id, last_name open)
twin    SELECT upper(last_name), patients.id::pg_catalog.text AS pgveil_2 FROM patients WHERE id IN ({literal 1})
seen    public.patients.last_name clear
