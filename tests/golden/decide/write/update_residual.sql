-- role clinician
UPDATE patients SET vip = true WHERE last_name LIKE 'Smi%'
----
Split write
because public.patients.last_name: an expression needs its value
server  SELECT (0)::pg_catalog.int4, "last_name"::pg_catalog.bytea, pg_catalog.tidsend(pgveil_ctid) FROM (SELECT ctid AS pgveil_ctid, "last_name", "id" FROM "public"."patients" WHERE ((({literal 2 text query} IS NULL OR pgveil.text_terms("last_name") @@ {literal 2 text query}))) FOR NO KEY UPDATE) AS "patients"
slice   public.patients(last_name open, pgveil_ctid)
twin    UPDATE patients SET vip = {literal 1} WHERE last_name LIKE {literal 2}
write   UPDATE public.patients SET vip = pgveil_new.pgveil_1 FROM ROWS FROM (pg_catalog.unnest($1::pg_catalog.tid[]) , pg_catalog.unnest($2::boolean[]) ) pgveil_new(pgveil_ctid, pgveil_1) WHERE patients.ctid = pgveil_new.pgveil_ctid RETURNING patients.id::pg_catalog.text AS pgveil_1
        $1 is the rows
        $2 is vip
outputs subject
seen    public.patients.last_name clear
