-- role clinician
SELECT id FROM patients WHERE last_name LIKE 'S%' ORDER BY last_name LIMIT 5
----
Split
because public.patients.last_name: an expression needs its value
server  SELECT (0)::pg_catalog.int4, pg_catalog.int4send("id"), "last_name"::pg_catalog.bytea FROM "public"."patients" WHERE ((({literal 1 text query} IS NULL OR pgveil.text_terms("last_name") @@ {literal 1 text query})))
slice   public.patients(id, last_name open)
twin    SELECT id, patients.id::pg_catalog.text AS pgveil_2 FROM patients WHERE last_name LIKE {literal 1} ORDER BY last_name LIMIT {literal 2}
seen    public.patients.last_name clear
