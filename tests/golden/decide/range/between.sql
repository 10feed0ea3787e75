-- role clinician
SELECT id FROM patients WHERE dob BETWEEN '1950-01-01' AND '1959-12-31'
----
Split
because public.patients.dob: an expression needs its value
server  SELECT (0)::pg_catalog.int4, pg_catalog.int4send("id"), "dob"::pg_catalog.bytea FROM "public"."patients" WHERE ((({literal 1 to literal 2 range terms} IS NULL OR pgveil.bucket("dob") = ANY ({literal 1 to literal 2 range terms}))))
slice   public.patients(id, dob open)
twin    SELECT id, patients.id::pg_catalog.text AS pgveil_2 FROM patients WHERE dob BETWEEN {literal 1} AND {literal 2}
seen    public.patients.dob clear
