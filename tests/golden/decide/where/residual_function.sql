-- role clinician
SELECT id FROM patients WHERE right(last_name, 2) = 'er' AND id < 100
----
Split
because public.patients.last_name: an expression needs its value
server  SELECT (0)::pg_catalog.int4, pg_catalog.int4send("id"), "last_name"::pg_catalog.bytea FROM "public"."patients" WHERE (((id < {literal 3})))
slice   public.patients(id, last_name open)
twin    SELECT id, patients.id::pg_catalog.text AS pgveil_2 FROM patients WHERE "right"(last_name, {literal 1}) = {literal 2} AND id < {literal 3}
seen    public.patients.last_name clear
