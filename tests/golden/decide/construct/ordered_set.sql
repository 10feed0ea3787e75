-- role clinician
SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY temperature) FROM visits
----
Split
because public.visits.temperature: an expression needs its value
server  SELECT (0)::pg_catalog.int4, "temperature"::pg_catalog.bytea, pg_catalog.textsend(("patient_id")::pg_catalog.text) FROM "public"."visits"
slice   public.visits(temperature open)
twin    SELECT percentile_cont({literal 1}) WITHIN GROUP (ORDER BY temperature) FROM visits
seen    public.visits.temperature clear
