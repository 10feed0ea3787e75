-- role clinician
SELECT id FROM patients WHERE dob > ANY (SELECT noted_on FROM diagnoses WHERE severity = 5)
----
Split
because public.patients.dob: an expression needs its value
server  SELECT (0)::pg_catalog.int4, pg_catalog.int4send("id"), "dob"::pg_catalog.bytea, NULL::pg_catalog.bytea FROM "public"."patients" UNION ALL SELECT (1)::pg_catalog.int4, "severity"::pg_catalog.bytea, "noted_on"::pg_catalog.bytea, pg_catalog.textsend(("patient_id")::pg_catalog.text) FROM "public"."diagnoses" WHERE (((pgveil.equality("severity") = {literal 1 equality term})))
slice   public.patients(id, dob open); public.diagnoses(severity open, noted_on open)
twin    SELECT id, patients.id::pg_catalog.text AS pgveil_2 FROM patients WHERE dob > ANY (SELECT noted_on FROM diagnoses WHERE severity = {literal 1})
seen    public.diagnoses.noted_on clear, public.diagnoses.severity searched, public.patients.dob clear
