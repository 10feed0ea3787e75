-- role clinician
SELECT upper(last_name) FROM patients p WHERE p.ctid = '(0,1)' ORDER BY ctid
----
Split
because public.patients.last_name: an expression needs its value
server  SELECT (0)::pg_catalog.int4, "last_name"::pg_catalog.bytea, pg_catalog.tidsend(ctid), pg_catalog.int4send("id") FROM "public"."patients"
slice   public.patients(last_name open, pgveil_ctid, id)
twin    SELECT upper(last_name), p.id::pg_catalog.text AS pgveil_2 FROM patients p WHERE (SELECT pgveil_row.pgveil_ctid FROM ONLY pgveil_target.of_5d95113e84b0e77e pgveil_row WHERE pgveil_row.ctid = p.ctid) = {literal 1} ORDER BY (SELECT pgveil_row.pgveil_ctid FROM ONLY pgveil_target.of_5d95113e84b0e77e pgveil_row WHERE pgveil_row.ctid = p.ctid)
seen    public.patients.last_name clear
