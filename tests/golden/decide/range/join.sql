-- role clinician
SELECT p.last_name, v.pulse FROM patients p JOIN visits v ON v.patient_id = p.id WHERE p.dob < '1940-01-01' AND v.pulse > 100
----
Split
because public.patients.dob: an expression needs its value
server  SELECT (0)::pg_catalog.int4, pg_catalog.int4send("id"), "last_name"::pg_catalog.bytea, "dob"::pg_catalog.bytea FROM "public"."patients" WHERE ((({literal 1 and below range terms} IS NULL OR pgveil.bucket("dob") = ANY ({literal 1 and below range terms}))) AND (("id" IN (SELECT "patient_id" FROM "public"."visits" WHERE (({literal 2 and above range terms} IS NULL OR pgveil.bucket("pulse") = ANY ({literal 2 and above range terms}))))))) UNION ALL SELECT (1)::pg_catalog.int4, pg_catalog.int4send("patient_id"), "pulse"::pg_catalog.bytea, NULL::pg_catalog.bytea FROM "public"."visits" WHERE ((({literal 2 and above range terms} IS NULL OR pgveil.bucket("pulse") = ANY ({literal 2 and above range terms}))) AND (("patient_id" IN (SELECT "id" FROM "public"."patients" WHERE (({literal 1 and below range terms} IS NULL OR pgveil.bucket("dob") = ANY ({literal 1 and below range terms})))))))
slice   public.patients(id, last_name open, dob open); public.visits(patient_id, pulse open)
twin    SELECT p.last_name, v.pulse, p.id::pg_catalog.text AS pgveil_3, v.patient_id::pg_catalog.text AS pgveil_4 FROM patients p JOIN visits v ON v.patient_id = p.id WHERE p.dob < {literal 1} AND v.pulse > {literal 2}
seen    public.patients.dob clear, public.patients.last_name clear, public.visits.pulse clear
