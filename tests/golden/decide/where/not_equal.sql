-- role clinician
SELECT id FROM patients WHERE mrn <> 'M1' AND id < 10
----
Split
because the rewritten statement could not be printed
server  SELECT (0)::pg_catalog.int4, pg_catalog.int4send("id"), "mrn"::pg_catalog.bytea FROM "public"."patients" WHERE (((pgveil.equality("mrn") <> {literal 1 equality term}) AND (id < {literal 2})))
slice   public.patients(id, mrn open)
twin    SELECT id, patients.id::pg_catalog.text FROM patients WHERE mrn <> {literal 1} AND id < {literal 2}
seen    public.patients.mrn searched
