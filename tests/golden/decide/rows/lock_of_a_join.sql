-- role clinician
SELECT p.id, upper(p.last_name) FROM patients p JOIN visits v ON v.patient_id = p.id FOR NO KEY UPDATE OF p
----
Split, rows locked by what comes of it
because public.patients.last_name: an expression needs its value
server  SELECT (0)::pg_catalog.int4, pg_catalog.int4send("id"), "last_name"::pg_catalog.bytea, pg_catalog.tidsend(ctid) FROM "public"."patients" UNION ALL SELECT (1)::pg_catalog.int4, pg_catalog.int4send("patient_id"), NULL::pg_catalog.bytea, NULL::pg_catalog.bytea FROM "public"."visits"
slice   public.patients(id, last_name open, pgveil_ctid); public.visits(patient_id)
twin    SELECT p.id, upper(p.last_name), p.id::pg_catalog.text AS pgveil_3, v.patient_id::pg_catalog.text AS pgveil_4, (SELECT pgveil_row.pgveil_ctid FROM ONLY pgveil_target.of_5d95113e84b0e77e pgveil_row WHERE pgveil_row.ctid = p.ctid) AS pgveil_5 FROM patients p JOIN visits v ON v.patient_id = p.id FOR NO KEY UPDATE OF p
lock    SELECT FROM (SELECT ctid AS pgveil_ctid FROM "public"."patients" WHERE ctid = ANY ($1::pg_catalog.tid[]) OFFSET 0 FOR NO KEY UPDATE) AS pgveil_rows WHERE pgveil_ctid = ANY ($1::pg_catalog.tid[])
        $1 is p.ctid
answer  by the twin
seen    public.patients.last_name clear
