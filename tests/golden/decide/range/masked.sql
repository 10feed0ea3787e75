-- role billing
SELECT id FROM patients WHERE dob > '1950-01-01'
----
Split
because public.patients.dob: an expression needs its value
server  SELECT (0)::pg_catalog.int4, pg_catalog.int4send("id"), "dob"::pg_catalog.bytea FROM "public"."patients"
slice   public.patients(id, dob open, mask year)
twin    SELECT id, patients.id::pg_catalog.text AS pgveil_2 FROM patients WHERE dob > {literal 1}
seen    public.patients.dob masked
