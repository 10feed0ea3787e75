-- role clinician
SELECT id, rank() OVER (ORDER BY dob) FROM patients WHERE practitioner_id = 2
----
Split
because public.patients.dob: it is sorted
server  SELECT (0)::pg_catalog.int4, pg_catalog.int4send("id"), "dob"::pg_catalog.bytea, pg_catalog.int4send("practitioner_id") FROM "public"."patients" WHERE (((practitioner_id = {literal 1})))
slice   public.patients(id, dob open, practitioner_id)
twin    SELECT id, rank() OVER (ORDER BY dob), patients.id::pg_catalog.text AS pgveil_3 FROM patients WHERE practitioner_id = {literal 1}
seen    public.patients.dob clear
