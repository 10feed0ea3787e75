-- role clinician
SELECT last_name FROM patients WHERE id = 1 UNION SELECT last_name FROM patients WHERE id = 2
----
Split
because public.patients.last_name: a set operation compares it
server  SELECT (0)::pg_catalog.int4, pg_catalog.int4send("id"), "last_name"::pg_catalog.bytea, pg_catalog.textsend(("id")::pg_catalog.text) FROM "public"."patients" WHERE (((id = {literal 1}))) OR (((id = {literal 2})))
slice   public.patients(id, last_name open)
twin    SELECT last_name FROM patients WHERE id = {literal 1} UNION SELECT last_name FROM patients WHERE id = {literal 2}
seen    public.patients.last_name clear
