-- role clinician
SELECT id, dob FROM patients ORDER BY dob FETCH FIRST 2 ROWS WITH TIES
----
Split
because public.patients.dob: it is sorted
server  SELECT (0)::pg_catalog.int4, pg_catalog.int4send("id"), "dob"::pg_catalog.bytea FROM "public"."patients"
slice   public.patients(id, dob open)
twin    SELECT id, dob, patients.id::pg_catalog.text AS pgveil_3 FROM patients ORDER BY dob FETCH FIRST {literal 1} ROWS WITH TIES
seen    public.patients.dob clear
