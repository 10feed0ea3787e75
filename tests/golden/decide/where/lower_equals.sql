-- role clinician
SELECT id FROM patients WHERE lower(last_name) = lower($1)
----
Split
because public.patients.last_name: an expression needs its value
server  SELECT (0)::pg_catalog.int4, pg_catalog.int4send("id"), "last_name"::pg_catalog.bytea FROM "public"."patients" WHERE (((pgveil.equality_folded("last_name") = $1)))
        $1 is the client's $1, folded term
slice   public.patients(id, last_name open)
twin    SELECT id, patients.id::pg_catalog.text AS pgveil_2 FROM patients WHERE lower(last_name) = lower($1)
seen    public.patients.last_name clear
