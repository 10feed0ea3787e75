-- role clinician
SELECT code, severity, count(*) FROM diagnoses GROUP BY ROLLUP (code, severity)
----
Split
because public.diagnoses.severity: it is grouped
server  SELECT (0)::pg_catalog.int4, pg_catalog.varcharsend("code"), "severity"::pg_catalog.bytea, pg_catalog.textsend(("patient_id")::pg_catalog.text) FROM "public"."diagnoses"
slice   public.diagnoses(code, severity open)
twin    SELECT code, severity, count(*) FROM diagnoses GROUP BY ROLLUP (code, severity)
seen    public.diagnoses.code clear, public.diagnoses.severity clear
