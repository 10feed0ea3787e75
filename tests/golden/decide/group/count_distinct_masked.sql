-- role billing
SELECT count(DISTINCT last_name) FROM patients
----
Split
because public.patients.last_name: different values are counted
server  SELECT (0)::pg_catalog.int4, "last_name"::pg_catalog.bytea, pg_catalog.textsend(("id")::pg_catalog.text) FROM "public"."patients"
slice   public.patients(last_name open, mask redact)
twin    SELECT count(DISTINCT last_name) FROM patients
seen    public.patients.last_name masked
