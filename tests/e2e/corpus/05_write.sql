-- Writes, each inside a transaction that is rolled back, and what one reads after them.

--@ insert/values write
INSERT INTO patients (id, mrn, ssn, last_name, first_name, dob, state) VALUES (9001, 'MRN9001', '900-00-9001', 'Newman', 'Ada', '1990-02-28', 'CA');
SELECT id, mrn, ssn, last_name, first_name, dob, sex, street, state, revision FROM patients WHERE id = 9001;
SELECT id FROM patients WHERE lower(last_name) = 'newman';
--@ insert/parameters write
--$int4 9002
--$varchar MRN9002
--$text Curie
--$text Marie
--$date 1967-11-07
INSERT INTO patients (id, mrn, last_name, first_name, dob, state) VALUES ($1, $2, $3, $4, $5, 'NY');
SELECT last_name, first_name, dob FROM patients WHERE id = 9002;
--@ insert/untyped_parameters write
--$ 9003
--$ MRN9003
--$ Turing
--$ 1912-06-23
INSERT INTO patients (id, mrn, last_name, first_name, dob, state) VALUES ($1, $2, $3, 'Alan', $4, 'NY');
SELECT * FROM patient_names WHERE id = 9003;
--@ insert/returning write
INSERT INTO patients (id, mrn, last_name, first_name, dob, state) VALUES (9004, 'MRN9004', 'Noether', 'Emmy', '1982-03-23', 'PA') RETURNING id, last_name, dob, sex, revision;
--@ insert/returning_expression write
INSERT INTO patients (id, mrn, last_name, first_name, dob, state) VALUES (9005, 'MRN9005', 'Noether', 'Emmy', '1982-03-23', 'PA') RETURNING upper(last_name), dob + 1;
--@ insert/multi_row write
INSERT INTO patients (id, mrn, last_name, first_name, dob, state) VALUES (9006, 'MRN9006', 'A', 'B', '2000-01-01', 'TX'), (9007, 'MRN9007', 'C', 'D', '2001-12-31', 'FL') RETURNING id, mrn;
SELECT count(*) FROM patients WHERE id > 9000;
--@ insert/visit write
INSERT INTO visits (id, patient_id, practitioner_id, visit_at, kind, reason, temperature, pulse, fasting) VALUES (90001, 3, 2, '2026-02-01 10:00+00', 'acute', 'sore throat', 38.25, 88, false);
SELECT reason, temperature, pulse, fasting, checked_in FROM visits WHERE id = 90001;
--@ insert/visit_untagged_only write
INSERT INTO visits (id, patient_id, practitioner_id, visit_at, kind) VALUES (90002, 3, 2, '2026-02-01 10:00+00', 'acute');
SELECT id, status, fee FROM visits WHERE id = 90002;
--@ insert/numeric_rounding write
INSERT INTO visits (id, patient_id, practitioner_id, visit_at, kind, temperature) VALUES (90003, 3, 2, '2026-02-01 10:00+00', 'acute', 37.449);
SELECT temperature FROM visits WHERE id = 90003;
--@ insert/json_bytea_uuid write
INSERT INTO patients (id, mrn, last_name, first_name, dob, state, external_ref, emergency, photo) VALUES (9008, 'MRN9008', 'X', 'Y', '1999-09-09', 'OH', 'A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11', '{"b": 1, "a": [1,  2]}', '\x00ff41');
SELECT external_ref, emergency, photo FROM patients WHERE id = 9008;
--@ insert/escape_bytea write
INSERT INTO documents (id, patient_id, title, mime, body) VALUES ('a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a12', 3, 'T', 'x/y', 'ab\000\377'::bytea);
SELECT title, body FROM documents WHERE id = 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a12';
--@ insert/char_padding write
INSERT INTO patients (id, mrn, ssn, last_name, first_name, dob, state) VALUES (9009, 'MRN9009', '900', 'X', 'Y', '1999-09-09', 'OH');
SELECT ssn, length(ssn), ssn = '900' FROM patients WHERE id = 9009;
--@ insert/trailing_blanks write
INSERT INTO patients (id, mrn, last_name, first_name, dob, state) VALUES (9010, 'MRN9010     ', 'X', 'Y', '1999-09-09', 'OH');
SELECT mrn FROM patients WHERE id = 9010;
--@ insert/default_keyword write roles=clinician
INSERT INTO patients (id, mrn, ssn, last_name, first_name, dob, sex, state) VALUES (9011, 'MRN9011', DEFAULT, 'X', 'Y', '1999-09-09', DEFAULT, 'OH') RETURNING ssn, sex;
--@ insert/no_column_list write
INSERT INTO insurance VALUES (8, 3, 'M-NEW-1', 77, '2026-01-01', NULL);
SELECT * FROM insurance WHERE patient_id = 8;
--@ insert/select_untagged write
INSERT INTO rooms (name, floor) SELECT 'X' || floor, floor FROM rooms GROUP BY floor;
SELECT count(*) FROM rooms;
--@ insert/select_sealed write
INSERT INTO insurance (patient_id, payer_id, member_no, valid_from) SELECT patient_id, 7, member_no || 'X', valid_from FROM insurance WHERE patient_id < 4;
SELECT member_no FROM insurance WHERE payer_id = 7 ORDER BY patient_id;
--@ insert/expression_sealed write
INSERT INTO patients (id, mrn, last_name, first_name, dob, state) VALUES (9012, 'MRN' || 9012, upper('x'), 'Y', date '1999-09-09' + 1, 'OH');
SELECT mrn, last_name, dob FROM patients WHERE id = 9012;
--@ insert/empty_string write
INSERT INTO patients (id, mrn, last_name, first_name, dob, state, email) VALUES (9013, 'MRN9013', '', '', '1999-09-09', 'OH', '');
SELECT last_name, first_name, email, email IS NULL FROM patients WHERE id = 9013;
SELECT id FROM patients WHERE last_name = '';
--@ insert/dates_at_the_edge write
INSERT INTO patients (id, mrn, last_name, first_name, dob, state) VALUES (9014, 'MRN9014', 'BC', 'Y', '0044-03-15 BC', 'OH'), (9015, 'MRN9015', 'Inf', 'Y', 'infinity', 'OH');
SELECT id, dob FROM patients WHERE id > 9013 ORDER BY id;
--@ insert/on_conflict_nothing write not=billing
INSERT INTO patients (id, mrn, last_name, first_name, dob, state) VALUES (9016, 'MRN0000003', 'X', 'Y', '1999-09-09', 'OH') ON CONFLICT (mrn) DO NOTHING;
SELECT count(*) FROM patients WHERE id = 9016;
--@ insert/on_conflict_nothing_any write
INSERT INTO patients (id, mrn, last_name, first_name, dob, state) VALUES (9017, 'MRN0000003', 'X', 'Y', '1999-09-09', 'OH') ON CONFLICT DO NOTHING;
--@ insert/on_conflict_update write
INSERT INTO insurance (patient_id, payer_id, member_no, group_no, valid_from) VALUES (8, 3, 'M036843935', 5, '2026-01-01') ON CONFLICT (member_no) DO UPDATE SET group_no = excluded.group_no, valid_to = '2026-12-31' RETURNING patient_id, member_no, group_no, valid_to;
--@ insert/on_conflict_constraint write
INSERT INTO insurance (patient_id, payer_id, member_no, valid_from) VALUES (8, 3, 'M036843935', '2026-01-01') ON CONFLICT ON CONSTRAINT insurance_member_no_key DO UPDATE SET valid_from = excluded.valid_from RETURNING patient_id;
--@ insert/on_conflict_plain_key write
INSERT INTO payers (id, name) VALUES (3, 'Other') ON CONFLICT (id) DO UPDATE SET name = excluded.name RETURNING *;
--@ update/literal write
UPDATE patients SET last_name = 'Renamed' WHERE id = 5;
SELECT last_name, revision FROM patients WHERE id = 5;
--@ update/parameters write
--$text Renamed
--$date 1971-01-02
--$int4 5
UPDATE patients SET last_name = $1, dob = $2 WHERE id = $3;
SELECT last_name, dob FROM patients WHERE id = 5;
--@ update/set_null write
UPDATE patients SET external_ref = NULL, sex = 'other' WHERE id = 33 RETURNING id, external_ref, sex, revision;
--@ update/by_sealed_key write not=billing
UPDATE patients SET language = 'de' WHERE mrn = 'MRN0000009';
SELECT language FROM patients WHERE id = 9;
--@ update/by_like write
UPDATE patients SET language = 'xx' WHERE last_name LIKE 'Ga%';
SELECT count(*) FROM patients WHERE language = 'xx';
--@ update/expression write
UPDATE patients SET last_name = upper(last_name) WHERE id = 5;
SELECT last_name FROM patients WHERE id = 5;
--@ update/copy_column write
UPDATE patients SET first_name = last_name WHERE id = 5;
SELECT first_name FROM patients WHERE id = 5;
--@ update/untagged write
UPDATE visits SET status = 'closed', fee = fee + 1 WHERE patient_id = 4;
SELECT id, status, fee FROM visits WHERE patient_id = 4 ORDER BY id;
--@ update/from write not=billing
UPDATE visits v SET room = 'R103' FROM patients p WHERE p.id = v.patient_id AND p.mrn = 'MRN0000007';
SELECT count(*) FROM visits WHERE room = 'R103' AND patient_id = 7;
--@ update/row_assignment write
UPDATE patients SET (last_name, first_name) = ('Ada', 'Lovelace') WHERE id = 6 RETURNING last_name, first_name;
--@ update/no_row write
UPDATE patients SET last_name = 'X' WHERE id = -1 RETURNING id, last_name;
--@ update/returning_star write
UPDATE insurance SET group_no = 9 WHERE patient_id = 5 RETURNING *;
--@ update/vip_untouched write
UPDATE patients SET language = 'zz' WHERE id BETWEEN 1 AND 10;
SELECT count(*) FROM patients WHERE language = 'zz';
--@ delete/by_id write
DELETE FROM appointments WHERE id = 3;
SELECT count(*) FROM appointments WHERE id < 6;
--@ delete/returning write
DELETE FROM appointments WHERE id < 4 RETURNING id, starts_at, reason;
--@ delete/by_sealed write
DELETE FROM diagnoses WHERE description = 'HIV disease';
SELECT count(*) FROM diagnoses;
--@ delete/by_expression write
DELETE FROM diagnoses WHERE lower(description) LIKE '%pain%';
SELECT count(*) FROM diagnoses;
--@ delete/cascade write
DELETE FROM billing.invoices WHERE visit_id = 8;
DELETE FROM visits WHERE id = 8;
SELECT count(*) FROM diagnoses WHERE visit_id = 8;
--@ delete/using write
DELETE FROM consents c USING patients p WHERE p.id = c.patient_id AND p.last_name = 'Diaz';
--@ write/cte write
WITH gone AS (DELETE FROM appointments WHERE id < 5 RETURNING id, reason) SELECT * FROM gone ORDER BY id;
--@ write/cte_insert write
WITH new AS (INSERT INTO rooms VALUES ('Z1', 9, 2) RETURNING name) SELECT name FROM new;
--@ write/savepoint write
UPDATE patients SET last_name = 'One' WHERE id = 3;
SAVEPOINT here;
UPDATE patients SET last_name = 'Two' WHERE id = 3;
ROLLBACK TO here;
SELECT last_name FROM patients WHERE id = 3;
--@ write/select_for_update write
SELECT id, last_name FROM patients WHERE id = 3 FOR UPDATE;
--@ write/select_for_share_filtered write
SELECT id FROM patients WHERE lower(first_name) LIKE 'j%' AND id < 20 ORDER BY id FOR SHARE;
--@ write/merge write
MERGE INTO rooms r USING (VALUES ('R101', 5), ('NEW', 6)) AS n (name, floor) ON n.name = r.name WHEN MATCHED THEN UPDATE SET floor = n.floor WHEN NOT MATCHED THEN INSERT (name, floor) VALUES (n.name, n.floor);
SELECT name, floor FROM rooms WHERE name IN ('R101', 'NEW') ORDER BY name;
--@ write/truncate_untagged write
TRUNCATE rooms CASCADE;
--@ choice/case write roles=clinician
UPDATE patients SET last_name = (CASE WHEN (patients.id = 3) THEN 'Leex' WHEN (patients.id = 4) THEN 'Floresx' ELSE NULL END)::varchar(60) WHERE patients.id IN (3, 4) RETURNING id, last_name;
UPDATE patients SET first_name = CASE id WHEN 3 THEN 'Ann' ELSE first_name END WHERE id IN (3, 4);
SELECT id, last_name, first_name FROM patients WHERE id IN (3, 4) ORDER BY id;
UPDATE patients SET dob = CASE WHEN sex = 'female' THEN date '1999-01-02' ELSE dob END WHERE id < 6;
SELECT id, dob FROM patients WHERE id < 6 ORDER BY id;
SELECT id FROM patients WHERE dob = '1999-01-02' ORDER BY id;
--@ choice/coalesce write roles=clinician
--$ Coalesced
UPDATE patients SET last_name = COALESCE($1, last_name) WHERE id = 5 RETURNING last_name;
--@ choice/coalesce_null write roles=clinician
--$ \N
UPDATE patients SET last_name = COALESCE($1, last_name) WHERE id = 5 RETURNING last_name;
--@ choice/coalesce_literals write roles=clinician
UPDATE patients SET street = COALESCE(NULL, street, 'nowhere') WHERE id IN (5, 40) RETURNING id, street;
INSERT INTO patients (mrn, last_name, first_name, dob) VALUES ('MRN-CHOICE', COALESCE(NULL, 'Ch'), 'A', CASE WHEN true THEN '2001-01-01' END::date) RETURNING last_name, dob;
--@ choice/too_long write roles=clinician exact=no
UPDATE patients SET last_name = CASE WHEN id = 3 THEN 'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx' END WHERE id = 3;
--@ choice/by_sealed write roles=clinician
UPDATE patients SET last_name = CASE last_name WHEN 'Lee' THEN 'Found' ELSE last_name END WHERE id = 3 RETURNING last_name;
--@ choice/time_zone write roles=clinician
UPDATE visits SET checked_in = coalesce('2020-01-05 08:30:00'::timestamp AT TIME ZONE 'UTC', checked_in) WHERE id = 3 RETURNING checked_in;
--@ choice/cast_that_cuts write roles=clinician
UPDATE patients SET street = CASE WHEN id = 3 THEN 'abcdef'::varchar(3) ELSE street END WHERE id IN (3, 4) RETURNING id, street;
--@ choice/cast_that_cuts_all write roles=clinician
UPDATE patients SET street = (CASE WHEN id = 3 THEN 'abcdef' ELSE street END)::varchar(3) WHERE id IN (3, 4) RETURNING id, street;
--@ choice/cast_that_rounds write roles=clinician
UPDATE prescriptions SET dose = coalesce((2.5)::integer, dose) WHERE patient_id = 3 RETURNING dose;
