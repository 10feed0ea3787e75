-- role clinician
SELECT full_name(last_name, first_name), age_on(CURRENT_DATE, dob) FROM patients WHERE id = 4
----
Split
because public.patients.last_name: an expression needs its value
server  SELECT (0)::pg_catalog.int4, pg_catalog.int4send("id"), "last_name"::pg_catalog.bytea, "first_name"::pg_catalog.bytea, "dob"::pg_catalog.bytea FROM "public"."patients" WHERE (((id = {literal 1}))) UNION ALL SELECT (-1)::pg_catalog.int4, pg_catalog.date_send((current_date)::"pg_catalog"."date"), NULL::pg_catalog.bytea, NULL::pg_catalog.bytea, NULL::pg_catalog.bytea
slice   public.patients(id, last_name open, first_name open, dob open)
twin    SELECT full_name(last_name, first_name), age_on($1::pg_catalog.date, dob), patients.id::pg_catalog.text AS pgveil_3 FROM patients WHERE id = {literal 1}
seen    public.patients.dob clear, public.patients.first_name clear, public.patients.last_name clear
