-- role clinician
SELECT id FROM patients WHERE dob >= '1950-01-01' AND dob < $1
----
Split
because public.patients.dob: an expression needs its value
server  SELECT (0)::pg_catalog.int4, pg_catalog.int4send("id"), "dob"::pg_catalog.bytea FROM "public"."patients" WHERE ((({literal 1 and above range terms} IS NULL OR pgveil.bucket("dob") = ANY ({literal 1 and above range terms})) AND ($1 IS NULL OR pgveil.bucket("dob") = ANY ($1))))
        $1 is the client's $1 and below, range terms
slice   public.patients(id, dob open)
twin    SELECT id, patients.id::pg_catalog.text AS pgveil_2 FROM patients WHERE dob >= {literal 1} AND dob < $1
seen    public.patients.dob clear
