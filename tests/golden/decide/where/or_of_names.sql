-- role clinician
SELECT id FROM patients WHERE last_name LIKE 'Smi%' OR first_name LIKE 'Ann%'
----
Split
because public.patients.last_name: an expression needs its value
server  SELECT (0)::pg_catalog.int4, pg_catalog.int4send("id"), "last_name"::pg_catalog.bytea, "first_name"::pg_catalog.bytea FROM "public"."patients" WHERE (((({literal 1 text query} IS NULL OR pgveil.text_terms("last_name") @@ {literal 1 text query}) OR ({literal 2 text query} IS NULL OR pgveil.text_terms("first_name") @@ {literal 2 text query}))))
slice   public.patients(id, last_name open, first_name open)
twin    SELECT id, patients.id::pg_catalog.text AS pgveil_2 FROM patients WHERE last_name LIKE {literal 1} OR first_name LIKE {literal 2}
seen    public.patients.first_name clear, public.patients.last_name clear
