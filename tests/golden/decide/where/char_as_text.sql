-- role clinician
SELECT id FROM patients WHERE ssn = '992-96-5806'::text
----
Split
because public.patients.ssn: an expression needs its value
server  SELECT (0)::pg_catalog.int4, pg_catalog.int4send("id"), "ssn"::pg_catalog.bytea FROM "public"."patients" WHERE (((pgveil.equality("ssn") = {literal 1 equality term})))
slice   public.patients(id, ssn open)
twin    SELECT id, patients.id::pg_catalog.text AS pgveil_2 FROM patients WHERE ssn = {literal 1}::text
seen    public.patients.ssn clear
