-- role clinician
SELECT p.mrn, (SELECT count(*) FROM patients q WHERE q.mrn = p.mrn) FROM patients p GROUP BY p.mrn
----
Split
because public.patients.mrn: an expression needs its value
server  SELECT (0)::pg_catalog.int4, "mrn"::pg_catalog.bytea, pg_catalog.textsend(("id")::pg_catalog.text) FROM "public"."patients"
slice   public.patients(mrn open)
twin    SELECT p.mrn, (SELECT count(*) FROM patients q WHERE q.mrn = p.mrn) FROM patients p GROUP BY p.mrn
seen    public.patients.mrn clear
