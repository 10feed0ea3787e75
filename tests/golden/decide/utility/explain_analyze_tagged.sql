-- role clinician
EXPLAIN (ANALYZE, COSTS off) SELECT last_name FROM patients
----
Split
because its plan is shown as it runs over the role's own rows
server  SELECT (0)::pg_catalog.int4, "last_name"::pg_catalog.bytea, pg_catalog.int4send("id") FROM "public"."patients"
slice   public.patients(last_name open, id)
twin    EXPLAIN (ANALYZE, COSTS off) SELECT last_name, patients.id::pg_catalog.text AS pgveil_2 FROM patients
seen    public.patients.last_name clear
        some patients concerned cannot be enumerated
