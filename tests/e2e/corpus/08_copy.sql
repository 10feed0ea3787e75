-- COPY in both directions. Data of COPY FROM STDIN is cut at odd places in two of the three modes.

--@ copy/out_untagged
COPY rooms TO STDOUT;
--@ copy/out_query_untagged
COPY (SELECT name, floor FROM rooms ORDER BY name LIMIT 3) TO STDOUT (FORMAT csv, HEADER);
--@ copy/out_tagged
COPY patients (id, last_name) TO STDOUT;
--@ copy/out_untagged_columns
COPY patients (id, sex, state) TO STDOUT;
--@ copy/out_whole_table
COPY patients TO STDOUT;
--@ copy/out_schema
COPY billing.invoices TO STDOUT;
--@ copy/out_insurance
COPY insurance TO STDOUT (FORMAT csv, HEADER, FORCE_QUOTE *);
--@ copy/out_insurance_columns
COPY insurance (member_no, group_no) TO STDOUT (FORMAT csv, NULL 'none', DELIMITER ';');
--@ copy/out_old_syntax
COPY insurance (member_no) TO STDOUT CSV HEADER QUOTE '''' FORCE QUOTE member_no;
--@ copy/out_query ordered
COPY (SELECT id, last_name, dob, ssn FROM patients ORDER BY id LIMIT 20) TO STDOUT;
--@ copy/out_query_csv ordered
COPY (SELECT id, last_name AS "Name", dob, street, email, photo FROM patients ORDER BY id LIMIT 20) TO STDOUT (FORMAT csv, HEADER, FORCE_QUOTE ("Name"));
--@ copy/out_query_binary ordered
COPY (SELECT id, last_name, dob, emergency FROM patients ORDER BY id LIMIT 20) TO STDOUT (FORMAT binary);
--@ copy/out_query_split ordered
COPY (SELECT id, upper(last_name), last_name || first_name FROM patients WHERE last_name LIKE 'S%' ORDER BY last_name, id) TO STDOUT (HEADER);
--@ copy/out_query_split_binary ordered
COPY (SELECT upper(last_name), date_part('year', dob) FROM patients ORDER BY id LIMIT 10) TO STDOUT (FORMAT binary);
--@ copy/out_query_count
COPY (SELECT count(*) FROM patients) TO STDOUT;
--@ copy/out_query_empty ordered
COPY (SELECT last_name FROM patients WHERE id < 0) TO STDOUT (FORMAT binary);
--@ copy/out_query_where_equal
COPY (SELECT id, city FROM patients WHERE ssn = (SELECT '123-45-6789')) TO STDOUT;
--@ copy/out_query_values
COPY (VALUES (1, 'a'), (2, NULL)) TO STDOUT;
--@ copy/out_query_view ordered
COPY (SELECT * FROM patient_names ORDER BY id LIMIT 5) TO STDOUT;
--@ copy/out_join ordered
COPY (SELECT v.id, v.reason, p.last_name FROM visits v JOIN patients p ON p.id = v.patient_id ORDER BY v.id LIMIT 9) TO STDOUT;
--@ copy/out_types ordered
COPY (SELECT temperature, pulse, fasting, checked_in, fee FROM visits ORDER BY id LIMIT 9) TO STDOUT;
--@ copy/out_returning write
COPY (INSERT INTO visits (patient_id, practitioner_id, visit_at, kind, reason) VALUES (1, 1, '2024-01-01 10:00+00', 'acute', 'tab	and \ backslash') RETURNING patient_id, reason) TO STDOUT;
--@ copy/out_in_block
BEGIN;
COPY insurance (member_no) TO STDOUT;
COMMIT;
--@ copy/out_view
COPY patient_names TO STDOUT;
--@ copy/out_catalog simple ordered roles=clinician
COPY (SELECT column_name, data_type FROM information_schema.columns WHERE table_name = 'patients' ORDER BY ordinal_position) TO STDOUT;
--@ copy/out_no_column
COPY patients (id, nope) TO STDOUT;
--@ copy/out_column_twice
COPY insurance (member_no, member_no) TO STDOUT;
--@ copy/out_bad_option
COPY insurance TO STDOUT (DELIMITER 'ab');
--@ copy/out_bad_force_quote
COPY insurance (member_no) TO STDOUT (FORMAT csv, FORCE_QUOTE (group_no));
--@ copy/out_no_table
COPY nowhere TO STDOUT;
--@ copy/out_bad_query
COPY (SELECT nope FROM patients) TO STDOUT;
--@ copy/out_other_encoding
COPY insurance (member_no) TO STDOUT (ENCODING 'LATIN1');
--@ copy/out_file
COPY insurance TO '/tmp/insurance';
--@ copy/in_untagged write
--< 701	7	3
--< 702	7	\N
COPY rooms (name, floor, seats) FROM STDIN;
SELECT * FROM rooms WHERE floor = 7;
--@ copy/in_text write
--< 900001	M900001	O'Neil\ttab	Ada	1980-02-29	MA	\N	123-00-1111
--< 900002	M900002	Ωmega	Ada	1 Jan 1999	NY	x@y.z	\N
--< 900003	M900003	\\back	\N\N	2000-01-01	NY	\x41	123-00-1113
COPY patients (id, mrn, last_name, first_name, dob, state, email, ssn) FROM STDIN;
SELECT id, mrn, last_name, first_name, dob, state, email, ssn, registered_at IS NULL FROM patients WHERE id > 900000 ORDER BY id;
SELECT id FROM patients WHERE mrn = 'M900002';
--@ copy/in_end_marker write
--< 900001	M900001	A	B	1980-02-29	MA
--< \.
--< not read
COPY patients (id, mrn, last_name, first_name, dob, state) FROM STDIN;
SELECT last_name FROM patients WHERE id > 900000;
--@ copy/in_csv write
--< id,mrn,last_name,first_name,dob,state
--< 900001,M900001,"O""Neil
--< second line",Ada,1980-02-29,MA
--< 900002,M900002,"",x,"2000-01-01",NY
COPY patients (id, mrn, last_name, first_name, dob, state) FROM STDIN (FORMAT csv, HEADER MATCH);
SELECT id, last_name, first_name, dob FROM patients WHERE id > 900000 ORDER BY id;
--@ copy/in_csv_forced write
--< 1,1,2024-01-01 10:00+00,acute,,"",t
COPY visits (patient_id, practitioner_id, visit_at, kind, reason, temperature, fasting) FROM STDIN (FORMAT csv, FORCE_NOT_NULL (reason), FORCE_NULL (temperature));
SELECT patient_id, reason, temperature, fasting FROM visits ORDER BY id DESC LIMIT 1;
--@ copy/in_other_format write
--< 900001|M900001|-|B|1980-02-29|MA
COPY patients (id, mrn, last_name, first_name, dob, state) FROM STDIN (DELIMITER '|', NULL 'none');
SELECT last_name FROM patients WHERE id > 900000;
--@ copy/in_binary write
--<x 5047434f50590aff0d0a000000000000000000000700000004000dbba1000000074d3930303030310000000642696ec3a4720000000341646100000004ffffec78000000024d41ffffffff000700000004000dbba2000000074d393030303032000000014200000001420000000400000001000000024e59000000056140622e63ffff
COPY patients (id, mrn, last_name, first_name, dob, state, email) FROM STDIN (FORMAT binary);
SELECT id, mrn, last_name, dob, state, email FROM patients WHERE id > 900000 ORDER BY id;
--@ copy/in_binary_bad_value write
--<x 5047434f50590aff0d0a000000000000000000000700000004000dbba1000000074d39303030303100000001580000000141000000020000000000024d41ffffffffffff
COPY patients (id, mrn, last_name, first_name, dob, state, email) FROM STDIN (FORMAT binary);
--@ copy/in_binary_bad_count write
--<x 5047434f50590aff0d0a00000000000000000000010000000178
COPY patients (id, mrn, last_name, first_name, dob, state, email) FROM STDIN (FORMAT binary);
--@ copy/in_no_rows write
COPY patients (id, mrn, last_name, first_name, dob, state) FROM STDIN;
SELECT count(*) FROM patients WHERE id > 900000;
--@ copy/in_types write
--< 1	1	2024-01-01 10:00+00	acute	why	38.25	 77	yes	2024-02-03 04:05:06.789+02
--< 1	1	2024-01-01 10:00+00	acute	\N	\N	\N	\N	\N
COPY visits (patient_id, practitioner_id, visit_at, kind, reason, temperature, pulse, fasting, checked_in) FROM STDIN;
SELECT reason, temperature, pulse, fasting, checked_in FROM visits ORDER BY id DESC LIMIT 2;
--@ copy/in_subject_is_known write
--< 1	1	M-900001	77	2024-01-01
COPY insurance (patient_id, payer_id, member_no, group_no, valid_from) FROM STDIN;
SELECT member_no FROM insurance WHERE patient_id = 1 AND payer_id = 1;
--@ copy/in_bad_date
--< 900001	M900001	A	B	1980-02-29	MA
--< 900002	M900002	A	B	1980-02-30	MA
COPY patients (id, mrn, last_name, first_name, dob, state) FROM STDIN;
SELECT count(*) FROM patients WHERE id > 900000;
--@ copy/in_bad_plain_value
--< 900001	M900001	A	B	1980-02-29	MA
--< x	M900002	A	B	1980-02-28	MA
COPY patients (id, mrn, last_name, first_name, dob, state) FROM STDIN;
SELECT count(*) FROM patients WHERE id > 900000;
--@ copy/in_first_error_counts
--< x	M900002	A	B	1980-02-28	MA
--< 900001	M900001	A	B	1980-02-30	MA
COPY patients (id, mrn, last_name, first_name, dob, state) FROM STDIN;
--@ copy/in_too_long
--< 900001	M900001	A	B	1980-02-29	MA	0123456789012345678901234567890
COPY patients (id, mrn, last_name, first_name, dob, state, phone) FROM STDIN;
--@ copy/in_missing_column
--< 900001	M900001	A
COPY patients (id, mrn, last_name, first_name, dob, state) FROM STDIN;
--@ copy/in_extra_column
--< 900001	M900001	A	B	1980-02-29	MA	x
COPY patients (id, mrn, last_name, first_name, dob, state) FROM STDIN;
--@ copy/in_not_null
--< 900001	M900001	\N	B	1980-02-29	MA
COPY patients (id, mrn, last_name, first_name, dob, state) FROM STDIN;
--@ copy/in_duplicate
--< 900001	M900001	A	B	1980-02-29	MA
--< 900002	M900001	A	B	1980-02-29	MA
COPY patients (id, mrn, last_name, first_name, dob, state) FROM STDIN;
--@ copy/in_bad_header
--< id,mrn,name,first_name,dob,state
COPY patients (id, mrn, last_name, first_name, dob, state) FROM STDIN (FORMAT csv, HEADER MATCH);
--@ copy/in_unterminated
--< 900001,"x
COPY patients (id, mrn, last_name, first_name, dob, state) FROM STDIN (FORMAT csv);
--@ copy/in_failed_block
--< 900001	M900001	A	B	1980-02-30	MA
BEGIN;
COPY patients (id, mrn, last_name, first_name, dob, state) FROM STDIN;
SELECT 1;
ROLLBACK;
--@ copy/in_where write
--< 900001	M900001	A	B	1980-02-29	MA
COPY patients (id, mrn, last_name, first_name, dob, state) FROM STDIN WHERE last_name = 'A';
--@ copy/in_view simple
COPY patient_names FROM STDIN;
--@ copy/in_file
COPY patients FROM '/tmp/patients';
--@ copy/in_several simple
--< 900001	M900001	A	B	1980-02-29	MA
BEGIN; COPY patients (id, mrn, last_name, first_name, dob, state) FROM STDIN; SELECT last_name FROM patients WHERE id = 900001; ROLLBACK;
