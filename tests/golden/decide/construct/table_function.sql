-- role clinician
SELECT p.id, w FROM patients p, unnest(string_to_array(p.last_name, ' ')) w WHERE p.id < 30
----
Split
because public.patients.last_name: an expression needs its value
server  SELECT (0)::pg_catalog.int4, pg_catalog.int4send("id"), "last_name"::pg_catalog.bytea FROM "public"."patients" WHERE (((id < {literal 2})))
slice   public.patients(id, last_name open)
twin    SELECT p.id, w, p.id::pg_catalog.text AS pgveil_3 FROM patients p, unnest(string_to_array(p.last_name, {literal 1})) w WHERE p.id < {literal 2}
seen    public.patients.last_name clear
