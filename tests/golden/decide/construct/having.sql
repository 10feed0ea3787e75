-- role clinician
SELECT city, count(*) FROM patients GROUP BY city HAVING max(dob) > '2000-01-01'
----
Split
because public.patients.dob: an expression needs its value
server  SELECT (0)::pg_catalog.int4, "dob"::pg_catalog.bytea, pg_catalog.varcharsend("city"), pg_catalog.textsend(("id")::pg_catalog.text) FROM "public"."patients"
slice   public.patients(dob open, city)
twin    SELECT city, count(*) FROM patients GROUP BY city HAVING max(dob) > {literal 1}
seen    public.patients.city clear, public.patients.dob clear
