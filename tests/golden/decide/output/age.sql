-- role clinician
SELECT id, date_part('year', age(dob)) FROM patients WHERE id = 4
----
Split
because public.patients.dob: an expression needs its value
server  SELECT (0)::pg_catalog.int4, pg_catalog.int4send("id"), "dob"::pg_catalog.bytea FROM "public"."patients" WHERE (((id = {literal 2}))) UNION ALL SELECT (-1)::pg_catalog.int4, pg_catalog.date_send((CURRENT_DATE)::"pg_catalog"."date"), NULL::pg_catalog.bytea
slice   public.patients(id, dob open)
twin    SELECT id, date_part({literal 1}, pg_catalog.age($1::pg_catalog.date::timestamp with time zone, dob::timestamp with time zone)), patients.id::pg_catalog.text AS pgveil_3 FROM patients WHERE id = {literal 2}
seen    public.patients.dob clear
