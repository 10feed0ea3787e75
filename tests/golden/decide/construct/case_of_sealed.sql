-- role clinician
SELECT CASE WHEN dob < '1960-01-01' THEN 'senior' ELSE 'other' END FROM patients WHERE id < 9
----
Split
because public.patients.dob: an expression needs its value
server  SELECT (0)::pg_catalog.int4, pg_catalog.int4send("id"), "dob"::pg_catalog.bytea FROM "public"."patients" WHERE (((id < {literal 4})))
slice   public.patients(id, dob open)
twin    SELECT CASE WHEN dob < {literal 1} THEN {literal 2} ELSE {literal 3} END, patients.id::pg_catalog.text AS pgveil_2 FROM patients WHERE id < {literal 4}
seen    public.patients.dob clear
