-- role clinician
SELECT upper(last_name), current_setting('TimeZone') FROM patients WHERE id = 4
----
Split
because public.patients.last_name: an expression needs its value
server  SELECT (0)::pg_catalog.int4, pg_catalog.int4send("id"), "last_name"::pg_catalog.bytea FROM "public"."patients" WHERE (((id = {literal 2}))) UNION ALL SELECT (-1)::pg_catalog.int4, pg_catalog.textsend((current_setting({literal 1}))::"pg_catalog"."text"), NULL::pg_catalog.bytea
slice   public.patients(id, last_name open)
twin    SELECT upper(last_name), $1::pg_catalog.text, patients.id::pg_catalog.text AS pgveil_3 FROM patients WHERE id = {literal 2}
seen    public.patients.last_name clear
