-- role clinician
UPDATE patients SET mrn = upper(mrn) WHERE id = 1
----
Split write
because public.patients.mrn: an expression needs its value
server  SELECT (0)::pg_catalog.int4, pg_catalog.int4send("id"), "mrn"::pg_catalog.bytea, pg_catalog.tidsend(pgveil_ctid) FROM (SELECT ctid AS pgveil_ctid, "id", "mrn" FROM "public"."patients" WHERE (((id = {literal 1}))) FOR UPDATE) AS "patients"
slice   public.patients(id, mrn open, pgveil_ctid)
twin    UPDATE patients SET mrn = upper(mrn) WHERE id = {literal 1}
write   UPDATE public.patients SET mrn = pgveil_new.pgveil_1 FROM ROWS FROM (pg_catalog.unnest($1::pg_catalog.tid[]) , pg_catalog.unnest($2::pg_catalog.bytea[]) ) pgveil_new(pgveil_ctid, pgveil_1) WHERE patients.ctid = pgveil_new.pgveil_ctid RETURNING patients.id::pg_catalog.text AS pgveil_1
        $1 is the rows
        $2 is mrn, sealed
outputs subject
seen    public.patients.mrn clear, public.patients.mrn written
