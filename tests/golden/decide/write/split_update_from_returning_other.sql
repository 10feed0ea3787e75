-- role clinician
UPDATE visits v SET reason = upper(v.reason) FROM patients p WHERE p.id = v.patient_id AND p.id = 7 RETURNING v.id, p.state
----
Split write
because public.visits.reason: an expression needs its value
server  SELECT (0)::pg_catalog.int4, pg_catalog.int8send("id"), pg_catalog.int4send("patient_id"), "reason"::pg_catalog.bytea, pg_catalog.tidsend(pgveil_ctid) FROM (SELECT ctid AS pgveil_ctid, "id", "patient_id", "reason" FROM "public"."visits" WHERE ((("patient_id" IN (SELECT "id" FROM "public"."patients" WHERE ((id = {literal 1})))))) FOR NO KEY UPDATE) AS "visits" UNION ALL SELECT (1)::pg_catalog.int4, pg_catalog.int4send("id"), pg_catalog.bpcharsend("state"), pg_catalog.textsend(("id")::pg_catalog.text), NULL::pg_catalog.bytea FROM "public"."patients" WHERE (((id = {literal 1})))
slice   public.visits(id, patient_id, reason open, pgveil_ctid); public.patients(id, state)
twin    UPDATE visits v SET reason = upper(v.reason) FROM patients p WHERE p.id = v.patient_id AND p.id = {literal 1} RETURNING v.id, p.state
write   UPDATE public.visits v SET reason = pgveil_new.pgveil_1 FROM ROWS FROM (pg_catalog.unnest($1::pg_catalog.tid[]) , pg_catalog.unnest($2::pg_catalog.bytea[]) ) pgveil_new(pgveil_ctid, pgveil_1) WHERE v.ctid = pgveil_new.pgveil_ctid RETURNING v.patient_id::pg_catalog.text AS pgveil_1
        $1 is the rows
        $2 is reason, sealed
outputs subject
answer  by the twin
seen    public.visits.reason clear, public.visits.reason written
