-- role clinician
INSERT INTO visits (patient_id, practitioner_id, visit_at, kind, reason) SELECT patient_id, practitioner_id, visit_at, kind, upper(reason) FROM visits WHERE id = 1
----
Split write
because public.visits.reason: an expression needs its value
server  SELECT (0)::pg_catalog.int4, pg_catalog.int8send("id"), pg_catalog.int4send("patient_id"), pg_catalog.int4send("practitioner_id"), pg_catalog.timestamptz_send("visit_at"), pg_catalog.enum_send("kind"), "reason"::pg_catalog.bytea, pg_catalog.textsend(("patient_id")::pg_catalog.text) FROM "public"."visits" WHERE (((id = {literal 1})))
slice   public.visits(id, patient_id, practitioner_id, visit_at, kind, reason open)
twin    INSERT INTO visits (patient_id, practitioner_id, visit_at, kind, reason) SELECT patient_id, practitioner_id, visit_at, kind, upper(reason) FROM visits WHERE id = {literal 1} RETURNING visits.patient_id AS pgveil_1, visits.practitioner_id AS pgveil_2, visits.visit_at AS pgveil_3, visits.kind AS pgveil_4, visits.reason AS pgveil_5
write   INSERT INTO public.visits (patient_id, practitioner_id, visit_at, kind, reason) SELECT pgveil_new.pgveil_1, pgveil_new.pgveil_2, pgveil_new.pgveil_3, pgveil_new.pgveil_4::public.visit_kind, pgveil_new.pgveil_5 FROM ROWS FROM (pg_catalog.unnest($1::int[]) , pg_catalog.unnest($2::int[]) , pg_catalog.unnest($3::timestamp with time zone[]) , pg_catalog.unnest($4::pg_catalog.text[]) , pg_catalog.unnest($5::pg_catalog.bytea[]) ) pgveil_new(pgveil_1, pgveil_2, pgveil_3, pgveil_4, pgveil_5) RETURNING visits.patient_id::pg_catalog.text AS pgveil_1
        $1 is patient_id
        $2 is practitioner_id
        $3 is visit_at
        $4 is kind
        $5 is reason, sealed
outputs subject
seen    public.visits.reason clear, public.visits.reason written
