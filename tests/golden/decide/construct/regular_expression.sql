-- role clinician
SELECT id FROM patients WHERE email ~* '@example[.]org$' AND state = 'NY'
----
Split
because public.patients.email: an expression needs its value
server  SELECT (0)::pg_catalog.int4, pg_catalog.int4send("id"), pg_catalog.bpcharsend("state"), "email"::pg_catalog.bytea FROM "public"."patients" WHERE (((state = {literal 2})))
slice   public.patients(id, state, email open)
twin    SELECT id, patients.id::pg_catalog.text AS pgveil_2 FROM patients WHERE email ~* {literal 1} AND state = {literal 2}
seen    public.patients.email clear
