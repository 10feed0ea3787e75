-- role clinician
SELECT jsonb_build_object('name', last_name, 'born', dob) FROM patients WHERE id = 3
----
Split
because public.patients.last_name: an expression needs its value
server  SELECT (0)::pg_catalog.int4, pg_catalog.int4send("id"), "last_name"::pg_catalog.bytea, "dob"::pg_catalog.bytea FROM "public"."patients" WHERE (((id = {literal 3})))
slice   public.patients(id, last_name open, dob open)
twin    SELECT jsonb_build_object({literal 1}, last_name, {literal 2}, dob), patients.id::pg_catalog.text AS pgveil_2 FROM patients WHERE id = {literal 3}
seen    public.patients.dob clear, public.patients.last_name clear
