-- role clinician
SELECT value, count(*) FROM lab_results GROUP BY value
----
Split
because public.lab_results.value: equal values of it can be spelled in several ways
server  SELECT (0)::pg_catalog.int4, "value"::pg_catalog.bytea, pg_catalog.textsend(("patient_id")::pg_catalog.text) FROM "public"."lab_results"
slice   public.lab_results(value open)
twin    SELECT value, count(*) FROM lab_results GROUP BY value
seen    public.lab_results.value clear
