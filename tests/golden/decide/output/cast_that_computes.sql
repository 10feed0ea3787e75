-- role clinician
SELECT dob::text FROM patients WHERE id = 1
----
Split
because public.patients.dob: an expression needs its value
server  SELECT (0)::pg_catalog.int4, pg_catalog.int4send("id"), "dob"::pg_catalog.bytea FROM "public"."patients" WHERE (((id = {literal 1})))
slice   public.patients(id, dob open)
twin    SELECT dob::text, patients.id::pg_catalog.text AS pgveil_2 FROM patients WHERE id = {literal 1}
seen    public.patients.dob clear
