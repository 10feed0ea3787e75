-- role clinician
SELECT id FROM patients WHERE dob BETWEEN '1950-01-01' AND '1959-12-31' AND id BETWEEN 5 AND 50
----
Split
because public.patients.dob: an expression needs its value
server  SELECT (0)::pg_catalog.int4, pg_catalog.int4send("id"), "dob"::pg_catalog.bytea FROM "public"."patients" WHERE ((({literal 1 to literal 2 range terms} IS NULL OR pgveil.bucket("dob") = ANY ({literal 1 to literal 2 range terms})) AND (id BETWEEN {literal 3} AND {literal 4})))
slice   public.patients(id, dob open)
twin    SELECT id, patients.id::pg_catalog.text AS pgveil_2 FROM patients WHERE dob BETWEEN {literal 1} AND {literal 2} AND id BETWEEN {literal 3} AND {literal 4}
seen    public.patients.dob clear
