-- role clinician
SELECT DISTINCT last_name FROM patients WHERE id < 50
----
Split
because public.patients.last_name: it is sorted, grouped or made distinct
server  SELECT (0)::pg_catalog.int4, pg_catalog.int4send("id"), "last_name"::pg_catalog.bytea, pg_catalog.textsend(("id")::pg_catalog.text) FROM "public"."patients" WHERE (((id < {literal 1})))
slice   public.patients(id, last_name open)
twin    SELECT DISTINCT last_name FROM patients WHERE id < {literal 1}
seen    public.patients.last_name clear
