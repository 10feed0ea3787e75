-- role clinician
SELECT count(*) FILTER (WHERE pulse > 100) FROM visits WHERE practitioner_id = 3
----
Split
because public.visits.pulse: an expression needs its value
server  SELECT (0)::pg_catalog.int4, pg_catalog.int4send("practitioner_id"), "pulse"::pg_catalog.bytea, pg_catalog.textsend(("patient_id")::pg_catalog.text) FROM "public"."visits" WHERE (((practitioner_id = {literal 2})))
slice   public.visits(practitioner_id, pulse open)
twin    SELECT count(*) FILTER (WHERE pulse > {literal 1}) FROM visits WHERE practitioner_id = {literal 2}
seen    public.visits.pulse clear
