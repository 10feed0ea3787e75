-- Writes that compute over sealed or masked values: the answer, and what is stored.

--@ split_write/insert_values write roles=clinician
INSERT INTO patients (id, mrn, last_name, first_name, dob, state, emergency, external_ref) VALUES (9101, 'M' || 9101, initcap('o''NEILL'), upper('x') || lower('Y'), date '1999-09-09' + 1, 'OH', jsonb_build_object('a', 1), md5('x')::uuid), (9102, concat('M', 9102), repeat('z', 3), 'Plain', '2001-02-03', upper('ny'), NULL, NULL) RETURNING id, mrn, last_name, dob, sex, language, revision, registered_at = now();
SELECT id, mrn, last_name, first_name, dob, state, emergency, external_ref FROM patients WHERE id IN (9101, 9102) ORDER BY id;
SELECT id FROM patients WHERE mrn = 'M9101' OR last_name = 'zzz' ORDER BY id;
SELECT id FROM patients WHERE last_name LIKE 'O''Ne%' AND id > 9000;
--@ split_write/insert_parameters write roles=clinician
--$int4 9103
--$text smith
--$date 1980-05-06
INSERT INTO patients (id, mrn, last_name, first_name, dob, state) VALUES ($1, 'P' || $1::text, upper($2), $2, $3 + 10, 'NY') RETURNING id, last_name, first_name, dob;
--@ split_write/insert_select write roles=clinician
INSERT INTO visits (patient_id, practitioner_id, visit_at, kind, reason, temperature, pulse, fasting) SELECT patient_id, practitioner_id, visit_at + interval '1 day', 'follow_up', 'again: ' || coalesce(reason, '?'), temperature + 0.5, pulse + 1, NOT fasting FROM visits WHERE patient_id < 6 ORDER BY visits.id RETURNING patient_id, kind, reason, temperature, pulse, fasting, status, fee;
SELECT count(*), min(reason), max(temperature) FROM visits WHERE reason LIKE 'again%';
--@ split_write/insert_select_join write roles=clinician
INSERT INTO diagnoses (visit_id, patient_id, code, description, severity) SELECT v.id, p.id, 'A10', p.last_name || ': ' || v.reason, length(p.first_name) FROM patients p JOIN visits v ON v.patient_id = p.id WHERE p.last_name LIKE 'Ga%' AND v.id < 200;
SELECT patient_id, code, description, severity FROM diagnoses WHERE description LIKE 'Ga%' ORDER BY patient_id, visit_id;
--@ split_write/insert_none write roles=clinician
INSERT INTO insurance (patient_id, payer_id, member_no, valid_from) SELECT patient_id, 7, upper(member_no), valid_from FROM insurance WHERE false;
INSERT INTO insurance (patient_id, payer_id, member_no, valid_from) SELECT patient_id, 7, upper(member_no), valid_from FROM insurance WHERE member_no LIKE '%nobody%' RETURNING member_no;
--@ split_write/insert_conflict write roles=clinician
INSERT INTO insurance (patient_id, payer_id, member_no, group_no, valid_from) SELECT 8, 3, 'M0' || '36843935', 5, '2026-01-01' ON CONFLICT (member_no) DO UPDATE SET group_no = excluded.group_no, valid_to = '2026-12-31' RETURNING patient_id, member_no, group_no, valid_to;
INSERT INTO insurance (patient_id, payer_id, member_no, valid_from) VALUES (8, 3, lower('M') || '036843935', '2026-01-01'), (8, 4, upper('m036843935'), '2026-01-01') ON CONFLICT DO NOTHING RETURNING payer_id;
SELECT payer_id, member_no, group_no FROM insurance WHERE patient_id = 8 ORDER BY payer_id;
--@ split_write/insert_too_long write roles=clinician
INSERT INTO patients (id, mrn, last_name, first_name, dob, state) VALUES (9104, 'P9104', repeat('x', 61), 'Y', '1999-09-09', 'OH');
--@ split_write/insert_bad_cast write roles=clinician
INSERT INTO patients (id, mrn, last_name, first_name, dob, state) VALUES (9105, 'P9105', 'X', 'Y', ('1999-' || '99-09')::date, 'OH');
--@ split_write/insert_null write roles=clinician
INSERT INTO patients (id, mrn, last_name, first_name, dob, state) VALUES (9106, 'P9106', nullif(upper('x'), 'X'), 'Y', '1999-09-09', 'OH');
--@ split_write/insert_domain write roles=clinician
INSERT INTO patients (id, mrn, last_name, first_name, dob, state) VALUES (9107, 'P9107', upper('x'), 'Y', '1999-09-09', lower('OH'));
--@ split_write/insert_duplicate write roles=clinician
INSERT INTO patients (id, mrn, last_name, first_name, dob, state) VALUES (9108, 'MRN' || '0000003', 'X', 'Y', '1999-09-09', 'OH');
--@ split_write/insert_default write roles=clinician
INSERT INTO patients (id, mrn, ssn, last_name, first_name, dob, sex, state) VALUES (9109, 'P9109', DEFAULT, upper('x'), 'Y', '1999-09-09', DEFAULT, 'OH') RETURNING ssn, sex;
--@ split_write/insert_serial write roles=clinician
INSERT INTO lab_results (patient_id, test_code, value, unit, observed_at, abnormal, report) SELECT patient_id, 'NEW', value * 2, 'x', observed_at + interval '1 hour', NOT abnormal, jsonb_build_object('v', value) FROM lab_results WHERE patient_id = 4;
SELECT test_code, value, observed_at, abnormal, report FROM lab_results WHERE test_code = 'NEW' ORDER BY id;
--@ split_write/insert_returning_expression write roles=clinician
INSERT INTO appointments (id, patient_id, practitioner_id, starts_at, reason) VALUES (9001, 3, 2, '2031-01-01 10:00', 'Cough') RETURNING id, reason || '!', length(reason), starts_at;
SELECT reason, minutes, status FROM appointments WHERE id = 9001;
--@ split_write/insert_server_value write roles=clinician
INSERT INTO visits (id, patient_id, practitioner_id, visit_at, kind, checked_in, reason) VALUES (90101, 3, 2, now(), 'acute', now(), current_database() || current_user) RETURNING checked_in = now(), visit_at = now();
SELECT length(reason) > 5, reason = current_database() || current_user FROM visits WHERE id = 90101;
--@ split_write/update_functions write roles=clinician
UPDATE patients SET last_name = upper(last_name), first_name = last_name || '-' || first_name, dob = dob + 1, language = lower(left(language, 1)) WHERE id < 12 RETURNING id, last_name, first_name, dob, language, revision;
SELECT id, last_name, first_name, dob, language, revision FROM patients WHERE id < 14 ORDER BY id;
SELECT id FROM patients WHERE last_name = (SELECT upper(last_name) FROM patients WHERE id = 5) ORDER BY id;
--@ split_write/update_parameters write roles=clinician
--$text -x
--$int4 5
UPDATE patients SET last_name = last_name || $1 WHERE id = $2 RETURNING last_name;
--@ split_write/update_like write roles=clinician
UPDATE patients SET email = lower(email), language = 'xx' WHERE last_name LIKE 'Ga%' AND dob > '1950-01-01';
SELECT id, email, language FROM patients WHERE last_name LIKE 'Ga%' ORDER BY id;
--@ split_write/update_none write roles=clinician
UPDATE patients SET last_name = upper(last_name) WHERE id = -1;
UPDATE patients SET last_name = upper(last_name) WHERE last_name LIKE 'nobody%' RETURNING id;
--@ split_write/update_from write roles=clinician
UPDATE visits v SET reason = p.last_name || ' ' || coalesce(v.reason, ''), room = 'R103' FROM patients p WHERE p.id = v.patient_id AND p.mrn LIKE '%00007';
SELECT patient_id, reason, room FROM visits WHERE room = 'R103' AND patient_id = 7 ORDER BY id;
--@ split_write/update_subselect write roles=clinician
UPDATE patients SET (first_name, street) = (SELECT v.reason, 'from ' || patients.last_name FROM visits v WHERE v.patient_id = patients.id ORDER BY v.id LIMIT 1) WHERE id IN (3, 4, 5);
SELECT id, first_name, street FROM patients WHERE id IN (3, 4, 5) ORDER BY id;
--@ split_write/update_self_join write roles=clinician
UPDATE patients a SET last_name = b.last_name || '2' FROM patients b WHERE b.id = a.id + 1 AND a.id IN (20, 30);
SELECT id, last_name FROM patients WHERE id IN (20, 21, 30, 31) ORDER BY id;
--@ split_write/update_default write roles=clinician
UPDATE patients SET sex = DEFAULT, last_name = lower(last_name), external_ref = DEFAULT WHERE id = 6 RETURNING sex, last_name, external_ref;
--@ split_write/update_set_null write roles=clinician
UPDATE patients SET phone = nullif(phone, phone), email = NULL WHERE id < 9;
SELECT count(*) FROM patients WHERE phone IS NULL AND id < 9;
--@ split_write/update_too_long write roles=clinician
UPDATE patients SET last_name = repeat(last_name, 20) WHERE id = 5;
--@ split_write/update_division write roles=clinician
UPDATE visits SET pulse = pulse / (pulse - pulse) WHERE patient_id = 4;
--@ split_write/update_unique write roles=clinician
UPDATE patients SET mrn = (SELECT p.mrn || '' FROM patients p WHERE p.id = 3) WHERE id = 5;
--@ split_write/update_types write roles=clinician
UPDATE visits SET temperature = temperature * 1.05, pulse = pulse + 1::smallint, fasting = NOT fasting, checked_in = checked_in + interval '1 hour', reason = reverse(reason), fee = CASE WHEN reason LIKE '%a%' THEN fee + 1 ELSE fee END WHERE patient_id < 4 RETURNING id, temperature, pulse, fasting, reason, fee;
--@ split_write/update_json write roles=clinician
UPDATE patients SET emergency = coalesce(emergency, '{}') || '{"x": [1, 2]}', photo = decode('00ff', 'hex') || coalesce(photo, '') WHERE id < 5 RETURNING id, emergency, photo;
--@ split_write/update_server_value write roles=clinician
UPDATE visits SET checked_in = now(), reason = current_user || '' WHERE patient_id = 4 RETURNING checked_in = now();
--@ split_write/update_twice write roles=clinician
UPDATE patients SET last_name = last_name || 'a' WHERE id = 5;
UPDATE patients SET last_name = last_name || 'b' WHERE id = 5;
SAVEPOINT s;
UPDATE patients SET last_name = last_name || 'c' WHERE id = 5;
ROLLBACK TO s;
SELECT last_name FROM patients WHERE id = 5;
--@ split_write/update_view_read write roles=clinician
UPDATE visits SET reason = l.label FROM patient_labels l WHERE l.id = visits.patient_id AND visits.patient_id = 5;
SELECT reason FROM visits WHERE patient_id = 5 ORDER BY id;
--@ split_write/delete_like write roles=clinician
DELETE FROM diagnoses WHERE description ILIKE '%pain%' AND severity > 1 RETURNING id, description;
SELECT count(*) FROM diagnoses;
--@ split_write/delete_using write roles=clinician
DELETE FROM appointments a USING patients p WHERE p.id = a.patient_id AND p.last_name || p.first_name LIKE 'G%';
SELECT count(*) FROM appointments;
--@ split_write/delete_returning write roles=clinician
DELETE FROM appointments WHERE length(reason) > 8 AND id < 40 RETURNING id, upper(reason);
SELECT count(*) FROM appointments;
--@ split_write/delete_none write roles=clinician
DELETE FROM appointments WHERE reason = 'x' || 'nobody';
--@ split_write/delete_foreign_key write roles=clinician
DELETE FROM patients WHERE last_name || '' = (SELECT last_name FROM patients WHERE id = 3);
--@ split_write/masked_read write roles=front_desk
UPDATE appointments SET reason = p.zip || coalesce(p.city, '') FROM patients p WHERE p.id = appointments.patient_id AND p.id < 30;
SELECT id, reason FROM appointments WHERE patient_id < 30 ORDER BY id;
--@ split_write/row_filter write roles=front_desk
UPDATE patients SET last_name = upper(last_name) WHERE id < 60;
SELECT id, last_name FROM patients WHERE id < 60 ORDER BY id;
--@ split_write/by_masked_search write roles=front_desk
UPDATE patients SET last_name = lower(last_name) WHERE ssn = (SELECT '900-00-9001');
--@ split_write/billing_memo write roles=billing
UPDATE billing.invoices SET memo = upper(memo), amount = amount + 1 WHERE memo LIKE '%a%' AND id < 40;
SELECT id, memo, amount FROM billing.invoices WHERE id < 40 ORDER BY id;
--@ split_write/stays_sealed write roles=clinician
UPDATE visits SET status = left(reason, 4) WHERE id = 3;
--@ split_write/stays_sealed_insert write roles=clinician
INSERT INTO rooms SELECT left(last_name, 10), 1, 1 FROM patients WHERE id = 3;
