-- role clinician
SELECT id FROM diagnoses WHERE noted_on >= timestamp '2025-01-01 12:00' AND severity > 2
----
Split
because public.diagnoses.noted_on: an expression needs its value
server  SELECT (0)::pg_catalog.int4, pg_catalog.int4send("id"), "severity"::pg_catalog.bytea, "noted_on"::pg_catalog.bytea, pg_catalog.int4send("patient_id") FROM "public"."diagnoses" WHERE ((({literal 1 and above range terms} IS NULL OR pgveil.bucket("noted_on") = ANY ({literal 1 and above range terms}))))
slice   public.diagnoses(id, severity open, noted_on open, patient_id)
twin    SELECT id, diagnoses.patient_id::pg_catalog.text AS pgveil_2 FROM diagnoses WHERE noted_on >= {literal 1}::timestamp AND severity > {literal 2}
seen    public.diagnoses.noted_on clear, public.diagnoses.severity clear
