-- role clinician
SELECT date_part('year', age(dob)) / 10, count(*) FROM patients GROUP BY date_part('year', age(dob)) / 10
----
Split
because public.patients.dob: an expression needs its value
server  SELECT (0)::pg_catalog.int4, "dob"::pg_catalog.bytea, pg_catalog.textsend(("id")::pg_catalog.text) FROM "public"."patients" UNION ALL SELECT (-1)::pg_catalog.int4, pg_catalog.date_send((CURRENT_DATE)::"pg_catalog"."date"), NULL::pg_catalog.bytea
slice   public.patients(dob open)
twin    SELECT date_part({literal 1}, pg_catalog.age($1::pg_catalog.date::timestamp with time zone, dob::timestamp with time zone)) / {literal 2}, count(*) FROM patients GROUP BY date_part('year', pg_catalog.age($1::pg_catalog.date::timestamp with time zone, dob::timestamp with time zone)) / 10
seen    public.patients.dob clear
