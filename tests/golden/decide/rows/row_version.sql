-- role clinician
SELECT id, xmin, upper(last_name) FROM patients WHERE id = 3
----
Split
because public.patients.last_name: an expression needs its value
server  SELECT (0)::pg_catalog.int4, pg_catalog.int4send("id"), "last_name"::pg_catalog.bytea, pg_catalog.xidsend(xmin), pg_catalog.tidsend(ctid) FROM "public"."patients" WHERE (((id = {literal 1})))
slice   public.patients(id, last_name open, pgveil_xmin, pgveil_ctid)
twin    SELECT id, (SELECT pgveil_row.pgveil_xmin FROM ONLY pgveil_target.of_5d95113e84b0e77e pgveil_row WHERE pgveil_row.ctid = patients.ctid) AS xmin, upper(last_name), patients.id::pg_catalog.text AS pgveil_4 FROM patients WHERE id = {literal 1}
seen    public.patients.last_name clear
