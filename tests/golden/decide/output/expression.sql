-- role clinician
SELECT last_name || ', ' || first_name AS name FROM patients WHERE id < 100
----
Split
because public.patients.last_name: an expression needs its value
server  SELECT (0)::pg_catalog.int4, pg_catalog.int4send("id"), "last_name"::pg_catalog.bytea, "first_name"::pg_catalog.bytea FROM "public"."patients" WHERE (((id < {literal 2})))
slice   public.patients(id, last_name open, first_name open)
twin    SELECT (last_name || {literal 1}) || first_name AS name, patients.id::pg_catalog.text AS pgveil_2 FROM patients WHERE id < {literal 2}
seen    public.patients.first_name clear, public.patients.last_name clear
