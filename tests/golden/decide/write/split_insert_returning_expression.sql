-- role clinician
INSERT INTO appointments (patient_id, practitioner_id, starts_at, reason) VALUES (3, 2, '2031-01-01', 'Cough') RETURNING upper(reason), patient_id
----
Split write
because public.appointments.reason: an expression needs its value
server  SELECT (-1)::pg_catalog.int4 WHERE false
slice   
twin    INSERT INTO appointments (patient_id, practitioner_id, starts_at, reason) VALUES ({literal 1}, {literal 2}, {literal 3}, {literal 4}) RETURNING upper(reason), patient_id, appointments.patient_id AS pgveil_3, appointments.practitioner_id AS pgveil_4, appointments.starts_at AS pgveil_5, appointments.reason AS pgveil_6
write   INSERT INTO public.appointments (patient_id, practitioner_id, starts_at, reason) SELECT pgveil_new.pgveil_1, pgveil_new.pgveil_2, pgveil_new.pgveil_3, pgveil_new.pgveil_4 FROM ROWS FROM (pg_catalog.unnest($1::int[]) , pg_catalog.unnest($2::int[]) , pg_catalog.unnest($3::timestamp[]) , pg_catalog.unnest($4::pg_catalog.bytea[]) ) pgveil_new(pgveil_1, pgveil_2, pgveil_3, pgveil_4) RETURNING appointments.patient_id::pg_catalog.text AS pgveil_1
        $1 is patient_id
        $2 is practitioner_id
        $3 is starts_at
        $4 is reason, sealed
outputs subject
answer  by the twin
seen    public.appointments.reason clear, public.appointments.reason written
