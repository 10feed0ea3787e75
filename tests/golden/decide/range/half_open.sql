-- role clinician
SELECT id FROM patients WHERE dob >= $1 AND id < 50 AND dob < $2
----
Split
because public.patients.dob: an expression needs its value
server  SELECT (0)::pg_catalog.int4, pg_catalog.int4send("id"), "dob"::pg_catalog.bytea FROM "public"."patients" WHERE ((($1 IS NULL OR pgveil.bucket("dob") = ANY ($1)) AND (id < {literal 1})))
        $1 is the client's $1 to $2, range terms
slice   public.patients(id, dob open)
twin    SELECT id, patients.id::pg_catalog.text AS pgveil_2 FROM patients WHERE dob >= $1 AND id < {literal 1} AND dob < $2
seen    public.patients.dob clear
