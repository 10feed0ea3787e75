-- role clinician
INSERT INTO visits (patient_id, practitioner_id, visit_at, kind, checked_in) VALUES (3, 2, now(), 'acute', now())
----
Split write
because public.visits.checked_in: the value to store would have to be computed first
server  SELECT (-1)::pg_catalog.int4, pg_catalog.timestamptz_send((now())::"pg_catalog"."timestamptz")
slice   
twin    INSERT INTO visits (patient_id, practitioner_id, visit_at, kind, checked_in) VALUES ({literal 1}, {literal 2}, $1::timestamp with time zone, {literal 3}, $1::timestamp with time zone) RETURNING visits.patient_id AS pgveil_1, visits.practitioner_id AS pgveil_2, visits.visit_at AS pgveil_3, visits.kind AS pgveil_4, visits.checked_in AS pgveil_5
write   INSERT INTO public.visits (patient_id, practitioner_id, visit_at, kind, checked_in) SELECT pgveil_new.pgveil_1, pgveil_new.pgveil_2, pgveil_new.pgveil_3, pgveil_new.pgveil_4::public.visit_kind, pgveil_new.pgveil_5 FROM ROWS FROM (pg_catalog.unnest($1::int[]) , pg_catalog.unnest($2::int[]) , pg_catalog.unnest($3::timestamp with time zone[]) , pg_catalog.unnest($4::pg_catalog.text[]) , pg_catalog.unnest($5::pg_catalog.bytea[]) ) pgveil_new(pgveil_1, pgveil_2, pgveil_3, pgveil_4, pgveil_5) RETURNING visits.patient_id::pg_catalog.text AS pgveil_1
        $1 is patient_id
        $2 is practitioner_id
        $3 is visit_at
        $4 is kind
        $5 is checked_in, sealed
outputs subject
seen    public.visits.checked_in written
