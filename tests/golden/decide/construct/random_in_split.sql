-- role clinician
SELECT upper(last_name), random() FROM patients WHERE id < 9 AND random() < 0.5
----
Split
because public.patients.last_name: an expression needs its value
server  SELECT (0)::pg_catalog.int4, pg_catalog.int4send("id"), "last_name"::pg_catalog.bytea FROM "public"."patients" WHERE (((id < {literal 1})))
slice   public.patients(id, last_name open)
twin    SELECT upper(last_name), random(), patients.id::pg_catalog.text AS pgveil_3 FROM patients WHERE id < {literal 1} AND random() < {literal 2}
seen    public.patients.last_name clear
