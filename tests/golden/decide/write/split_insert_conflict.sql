-- role clinician
INSERT INTO insurance (patient_id, payer_id, member_no, valid_from) SELECT patient_id, 7, upper(member_no), valid_from FROM insurance WHERE patient_id < 4 ON CONFLICT (member_no) DO UPDATE SET group_no = excluded.group_no, valid_to = now() RETURNING member_no
----
Split write
because public.insurance.member_no: an expression needs its value
server  SELECT (0)::pg_catalog.int4, pg_catalog.int4send("patient_id"), "member_no"::pg_catalog.bytea, pg_catalog.date_send("valid_from"), pg_catalog.textsend(("patient_id")::pg_catalog.text) FROM "public"."insurance" WHERE (((patient_id < {literal 2}))) UNION ALL SELECT (-1)::pg_catalog.int4, pg_catalog.timestamptz_send((now())::"pg_catalog"."timestamptz"), NULL::pg_catalog.bytea, NULL::pg_catalog.bytea, NULL::pg_catalog.bytea
slice   public.insurance(patient_id, member_no open, valid_from)
twin    INSERT INTO insurance (patient_id, payer_id, member_no, valid_from) SELECT patient_id, {literal 1}, upper(member_no), valid_from FROM insurance WHERE patient_id < {literal 2} RETURNING insurance.patient_id AS pgveil_1, insurance.payer_id AS pgveil_2, insurance.member_no AS pgveil_3, insurance.valid_from AS pgveil_4
write   INSERT INTO public.insurance (patient_id, payer_id, member_no, valid_from) SELECT pgveil_new.pgveil_1, pgveil_new.pgveil_2, pgveil_new.pgveil_3, pgveil_new.pgveil_4 FROM ROWS FROM (pg_catalog.unnest($1::int[]) , pg_catalog.unnest($2::int[]) , pg_catalog.unnest($3::pg_catalog.bytea[]) , pg_catalog.unnest($4::pg_catalog.date[]) ) pgveil_new(pgveil_1, pgveil_2, pgveil_3, pgveil_4) ON CONFLICT (pgveil.equality(member_no)) DO UPDATE SET group_no = excluded.group_no, valid_to = now() RETURNING member_no, insurance.patient_id::pg_catalog.text AS pgveil_2
        $1 is patient_id
        $2 is payer_id
        $3 is member_no, sealed
        $4 is valid_from
outputs open; subject
seen    public.insurance.group_no clear, public.insurance.group_no written, public.insurance.member_no clear, public.insurance.member_no searched, public.insurance.member_no written
