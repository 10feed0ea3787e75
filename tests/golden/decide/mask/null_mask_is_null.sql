-- role billing
SELECT id, external_ref FROM patients WHERE external_ref IS NULL
----
Split
because public.patients.external_ref: whether it is NULL depends on the mask
server  SELECT (0)::pg_catalog.int4, pg_catalog.int4send("id"), "external_ref"::pg_catalog.bytea FROM "public"."patients"
slice   public.patients(id, external_ref open, mask null)
twin    SELECT id, external_ref, patients.id::pg_catalog.text AS pgveil_3 FROM patients WHERE external_ref IS NULL
seen    public.patients.external_ref masked
