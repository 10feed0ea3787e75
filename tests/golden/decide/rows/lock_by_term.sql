-- role clinician
SELECT upper(first_name) FROM patients WHERE last_name = 'Garcia' FOR SHARE
----
Split
because public.patients.first_name: an expression needs its value
server  SELECT (0)::pg_catalog.int4, "last_name"::pg_catalog.bytea, "first_name"::pg_catalog.bytea, pg_catalog.int4send("id") FROM (SELECT "last_name", "first_name", "id" FROM "public"."patients" WHERE (((pgveil.equality("last_name") = {literal 1 equality term}))) FOR SHARE) AS "patients"
slice   public.patients(last_name open, first_name open, id)
twin    SELECT upper(first_name), patients.id::pg_catalog.text AS pgveil_2 FROM patients WHERE last_name = {literal 1} FOR SHARE
seen    public.patients.first_name clear, public.patients.last_name searched
