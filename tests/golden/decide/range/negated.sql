-- role clinician
SELECT id FROM patients WHERE NOT (dob > '1950-01-01')
----
Split
because public.patients.dob: an expression needs its value
server  SELECT (0)::pg_catalog.int4, pg_catalog.int4send("id"), "dob"::pg_catalog.bytea FROM "public"."patients"
slice   public.patients(id, dob open)
twin    SELECT id, patients.id::pg_catalog.text AS pgveil_2 FROM patients WHERE NOT dob > {literal 1}
seen    public.patients.dob clear
