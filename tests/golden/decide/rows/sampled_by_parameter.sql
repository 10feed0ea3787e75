-- role clinician
SELECT upper(last_name) FROM patients TABLESAMPLE BERNOULLI ($1) REPEATABLE (3)
----
Split
because public.patients.last_name: an expression needs its value
server  SELECT (0)::pg_catalog.int4, "last_name"::pg_catalog.bytea, pg_catalog.int4send("id") FROM "public"."patients" TABLESAMPLE bernoulli ($1) REPEATABLE ({literal 1})
        $1 is the client's $1, as it is
slice   public.patients(last_name open, id)
twin    SELECT upper(last_name), patients.id::pg_catalog.text AS pgveil_2 FROM patients
seen    public.patients.last_name clear
