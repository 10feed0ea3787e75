-- Errors: PostgreSQL's own, at the same place.

--@ error/unknown_column
SELECT lastname FROM patients WHERE id = 1;
--@ error/unknown_table
SELECT * FROM patient;
--@ error/unknown_function
SELECT soundexx(last_name) FROM patients;
--@ error/syntax
SELECT last_name FRM patients;
--@ error/ambiguous
SELECT id FROM patients, visits;
--@ error/group_by
SELECT last_name, count(*) FROM patients;
--@ error/type_mismatch
SELECT id FROM patients WHERE dob = 5;
--@ error/operator_missing
SELECT last_name + 1 FROM patients;
--@ error/bad_date_literal
SELECT id FROM patients WHERE dob = 'not a date';
--@ error/bad_date_parameter
--$ 1999-13-45
SELECT id FROM patients WHERE dob = $1;
--@ error/bad_uuid
SELECT id FROM patients WHERE external_ref = 'xyz';
--@ error/bad_numeric
SELECT id FROM visits WHERE temperature = 'warm';
--@ error/bad_integer_parameter
--$ twelve
SELECT last_name FROM patients WHERE id = $1;
--@ error/union_types
SELECT last_name FROM patients UNION SELECT dob FROM patients;
--@ error/too_long write roles=clinician
INSERT INTO patients (id, mrn, last_name, first_name, dob, state) VALUES (9101, 'MRN1234567890', 'X', 'Y', '1999-09-09', 'OH');
SELECT 1;
--@ error/too_long_parameter write roles=clinician
--$text abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz
UPDATE patients SET last_name = $1 WHERE id = 3;
--@ error/too_long_char write roles=clinician
UPDATE patients SET ssn = '900-00-000012' WHERE id = 3;
--@ error/not_null write
INSERT INTO patients (id, mrn, last_name, first_name, dob, state) VALUES (9102, 'MRN9102', NULL, 'Y', '1999-09-09', 'OH');
--@ error/not_null_missing write
INSERT INTO patients (id, mrn, first_name, dob, state) VALUES (9103, 'MRN9103', 'Y', '1999-09-09', 'OH');
--@ error/not_null_update write
UPDATE patients SET dob = NULL WHERE id = 3;
--@ error/unique_mrn write roles=clinician
INSERT INTO patients (id, mrn, last_name, first_name, dob, state) VALUES (9104, 'MRN0000003', 'X', 'Y', '1999-09-09', 'OH');
--@ error/unique_plain write
INSERT INTO payers VALUES (99, 'Medicare');
--@ error/unique_primary_key write roles=clinician
INSERT INTO insurance (patient_id, payer_id, member_no, valid_from) SELECT patient_id, payer_id, 'N' || patient_id, valid_from FROM insurance WHERE patient_id = 3;
--@ error/foreign_key write roles=clinician
INSERT INTO insurance (patient_id, payer_id, member_no, valid_from) VALUES (77777, 1, 'N1', '2026-01-01');
--@ error/check write
UPDATE visits SET status = 'unknown' WHERE id = 3;
--@ error/check_domain write
INSERT INTO patients (id, mrn, last_name, first_name, dob, state) VALUES (9105, 'MRN9105', 'X', 'Y', '1999-09-09', 'ca');
--@ error/enum write
UPDATE patients SET sex = 'robot' WHERE id = 3;
--@ error/numeric_overflow write roles=clinician
UPDATE visits SET temperature = 12345.6 WHERE id = 3;
--@ error/smallint_range write roles=clinician
UPDATE visits SET pulse = 70000 WHERE id = 3;
--@ error/bad_json write
UPDATE patients SET emergency = '{"a":' WHERE id = 3;
--@ error/bad_bool write
UPDATE visits SET fasting = 'maybe' WHERE id = 3;
--@ error/bad_bytea write
UPDATE patients SET photo = '\xZZ' WHERE id = 3;
--@ error/type_of_assignment write
UPDATE patients SET dob = 5 WHERE id = 3;
--@ error/identity_always write
INSERT INTO practitioners (id, npi, last_name, first_name, specialty) VALUES (99, '1', 'a', 'b', 'c');
--@ error/too_many_values write
INSERT INTO rooms (name) VALUES ('a', 'b');
--@ error/aborted_block write
SELECT nothing FROM patients;
SELECT last_name FROM patients WHERE id = 3;
--@ error/division_in_untagged
SELECT 1 / 0;
--@ error/limit_negative
SELECT last_name FROM patients ORDER BY id LIMIT -1;
--@ error/parameter_gap
--$ 1
SELECT last_name FROM patients WHERE id = $1 AND nosuch = 2;
--@ error/set_returning_where
SELECT id FROM patients WHERE generate_series(1, 2) = 1;
