-- role clinician
SELECT nullif(street, ''), greatest(dob, DATE '2000-01-01') FROM patients WHERE id < 9
----
Split
because public.patients.street: an expression needs its value
server  SELECT (0)::pg_catalog.int4, pg_catalog.int4send("id"), "dob"::pg_catalog.bytea, "street"::pg_catalog.bytea FROM "public"."patients" WHERE (((id < {literal 3})))
slice   public.patients(id, dob open, street open)
twin    SELECT NULLIF(street, {literal 1}), GREATEST(dob, {literal 2}::date), patients.id::pg_catalog.text AS pgveil_3 FROM patients WHERE id < {literal 3}
seen    public.patients.dob clear, public.patients.street clear
