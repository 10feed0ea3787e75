-- role billing
SELECT id, last_name FROM patients ORDER BY last_name LIMIT 5
----
Split
because public.patients.last_name: it is sorted
server  SELECT (0)::pg_catalog.int4, pg_catalog.int4send("id"), "last_name"::pg_catalog.bytea FROM "public"."patients"
slice   public.patients(id, last_name open, mask redact)
twin    SELECT id, last_name, patients.id::pg_catalog.text AS pgveil_3 FROM patients ORDER BY last_name LIMIT {literal 1}
seen    public.patients.last_name masked
