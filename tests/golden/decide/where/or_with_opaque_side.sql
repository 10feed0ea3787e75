-- role clinician
SELECT id FROM patients WHERE last_name LIKE 'Smi%' OR length(street) > 9
----
Split
because public.patients.last_name: an expression needs its value
server  SELECT (0)::pg_catalog.int4, pg_catalog.int4send("id"), "last_name"::pg_catalog.bytea, "street"::pg_catalog.bytea FROM "public"."patients"
slice   public.patients(id, last_name open, street open)
twin    SELECT id, patients.id::pg_catalog.text AS pgveil_2 FROM patients WHERE last_name LIKE {literal 1} OR length(street) > {literal 2}
seen    public.patients.last_name clear, public.patients.street clear
