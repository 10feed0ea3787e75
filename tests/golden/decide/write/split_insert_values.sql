-- role clinician
INSERT INTO patients (id, mrn, last_name, first_name, dob, state) VALUES ($1, 'M' || $2::text, upper($3), lower($3), '1990-01-01', 'OH') RETURNING id, last_name, revision
----
Split write
because public.patients.mrn: the value to store would have to be computed first
server  SELECT (-1)::pg_catalog.int4 WHERE false
slice   
twin    INSERT INTO patients (id, mrn, last_name, first_name, dob, state) VALUES ($1, {literal 1} || $2::text, upper($3), lower($3), {literal 2}, {literal 3}) RETURNING patients.id AS pgveil_1, patients.mrn AS pgveil_2, patients.last_name AS pgveil_3, patients.first_name AS pgveil_4, patients.dob AS pgveil_5, patients.state AS pgveil_6
write   INSERT INTO public.patients (id, mrn, last_name, first_name, dob, state) SELECT pgveil_new.pgveil_1, pgveil_new.pgveil_2, pgveil_new.pgveil_3, pgveil_new.pgveil_4, pgveil_new.pgveil_5, pgveil_new.pgveil_6::public.us_state FROM ROWS FROM (pg_catalog.unnest($1::int[]) , pg_catalog.unnest($2::pg_catalog.bytea[]) , pg_catalog.unnest($3::pg_catalog.bytea[]) , pg_catalog.unnest($4::pg_catalog.bytea[]) , pg_catalog.unnest($5::pg_catalog.bytea[]) , pg_catalog.unnest($6::pg_catalog.text[]) ) pgveil_new(pgveil_1, pgveil_2, pgveil_3, pgveil_4, pgveil_5, pgveil_6) RETURNING id, last_name, revision, patients.id::pg_catalog.text AS pgveil_4
        $1 is id
        $2 is mrn, sealed
        $3 is last_name, sealed
        $4 is first_name, sealed
        $5 is dob, sealed
        $6 is state
outputs forward; open; forward; subject
seen    public.patients.dob written, public.patients.first_name written, public.patients.last_name clear, public.patients.last_name written, public.patients.mrn written
