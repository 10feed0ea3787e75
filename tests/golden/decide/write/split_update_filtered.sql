-- role front_desk
UPDATE patients SET last_name = upper(last_name) WHERE id = 1
----
Split write
because public.patients.last_name: an expression needs its value
server  SELECT (0)::pg_catalog.int4, pg_catalog.int4send("id"), "last_name"::pg_catalog.bytea, pg_catalog.tidsend(pgveil_ctid) FROM (SELECT ctid AS pgveil_ctid, "id", "last_name" FROM "public"."patients" WHERE ((not vip) AND ((id = {literal 1}))) FOR NO KEY UPDATE) AS "patients"
slice   public.patients(id, last_name open, pgveil_ctid)
twin    UPDATE patients SET last_name = upper(last_name) WHERE id = {literal 1}
write   UPDATE public.patients SET last_name = pgveil_new.pgveil_1 FROM ROWS FROM (pg_catalog.unnest($1::pg_catalog.tid[]) , pg_catalog.unnest($2::pg_catalog.bytea[]) ) pgveil_new(pgveil_ctid, pgveil_1) WHERE patients.ctid = pgveil_new.pgveil_ctid RETURNING patients.id::pg_catalog.text AS pgveil_1
        $1 is the rows
        $2 is last_name, sealed
outputs subject
seen    public.patients.last_name clear, public.patients.last_name written
