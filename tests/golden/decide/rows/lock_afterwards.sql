-- role clinician
SELECT id FROM patients WHERE last_name LIKE 'Smi%' FOR UPDATE
----
Split, rows locked by what comes of it
because public.patients.last_name: an expression needs its value
server  SELECT (0)::pg_catalog.int4, pg_catalog.int4send("id"), "last_name"::pg_catalog.bytea, pg_catalog.tidsend(ctid) FROM "public"."patients" WHERE ((({literal 1 text query} IS NULL OR pgveil.text_terms("last_name") @@ {literal 1 text query})))
slice   public.patients(id, last_name open, pgveil_ctid)
twin    SELECT id, patients.id::pg_catalog.text AS pgveil_2, (SELECT pgveil_row.pgveil_ctid FROM ONLY pgveil_target.of_5d95113e84b0e77e pgveil_row WHERE pgveil_row.ctid = patients.ctid) AS pgveil_3 FROM patients WHERE last_name LIKE {literal 1} FOR UPDATE
lock    SELECT FROM (SELECT ctid AS pgveil_ctid FROM "public"."patients" WHERE ctid = ANY ($1::pg_catalog.tid[]) OFFSET 0 FOR UPDATE) AS pgveil_rows WHERE pgveil_ctid = ANY ($1::pg_catalog.tid[])
        $1 is patients.ctid
answer  by the twin
seen    public.patients.last_name clear
