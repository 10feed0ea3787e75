-- Reads by key, output as it is, equality.

--@ point/by_id
--$int4 17
SELECT id, last_name, first_name, dob FROM patients WHERE id = $1;
--@ point/by_id_literal
SELECT id, last_name, first_name, dob, sex FROM patients WHERE id = 17;
--@ point/star
SELECT * FROM patients WHERE id = 33;
--@ point/alias_star
SELECT p.* FROM patients AS p WHERE p.id = 34;
--@ point/row_dot_column roles=clinician
SELECT (p).last_name, (p).dob FROM patients p WHERE p.id = 35;
--@ point/missing
SELECT last_name FROM patients WHERE id = 999999;
--@ point/quoted_names
SELECT "last_name" AS "Last Name", "dob" AS "born on" FROM "public"."patients" WHERE "id" = 3;
--@ point/untyped_parameter
--$ 21
SELECT last_name, ssn FROM patients WHERE id = $1;
--@ point/contact
SELECT street, city, state, zip, phone, email FROM patients WHERE id BETWEEN 1 AND 12 ORDER BY id;
--@ point/government_id
SELECT id, ssn FROM patients WHERE id IN (24, 25, 26) ORDER BY id;
--@ point/all_types
SELECT id, mrn, ssn, dob, external_ref, emergency, photo FROM patients WHERE id = 33;
--@ point/nulls
SELECT id, ssn, street, zip, email, external_ref, photo FROM patients WHERE id IN (25, 40, 30, 7) ORDER BY id;
--@ point/visit
SELECT id, visit_at, kind, reason, temperature, pulse, fasting, checked_in FROM visits WHERE id = 11;
--@ point/visit_untagged
SELECT id, visit_at, kind, room, status, fee FROM visits WHERE id = 12;
--@ point/diagnosis
SELECT code, description, severity, noted_on FROM diagnoses WHERE id = 7;
--@ point/prescription
SELECT drug, dose, unit, pills, barcode, started FROM prescriptions WHERE patient_id = 9 ORDER BY id;
--@ point/lab
SELECT id, test_code, value, unit, observed_at, abnormal, report FROM lab_results WHERE id < 9 ORDER BY id;
--@ point/insurance
SELECT patient_id, payer_id, member_no, group_no, valid_from, valid_to FROM insurance WHERE patient_id = 5;
--@ point/document
SELECT title, mime, body FROM documents WHERE patient_id = 30;
--@ point/consent
SELECT kind, given_at, signature FROM consents WHERE patient_id = 12;
--@ point/invoice
SELECT issued, amount, paid, card_last4, memo FROM billing.invoices WHERE id = 4;
--@ point/appointment
SELECT starts_at, minutes, status, reason FROM appointments WHERE id = 8;
--@ point/untagged_table
SELECT * FROM practitioners WHERE id = 4;
--@ point/untagged_columns_only
SELECT id, sex, state, language, practitioner_id FROM patients WHERE id = 18;
--@ point/constant_beside
SELECT 'patient' AS kind, 1 AS one, last_name FROM patients WHERE id = 2;
--@ point/same_column_twice
SELECT last_name, last_name, last_name AS again FROM patients WHERE id = 2;
--@ point/table_command
TABLE rooms;
--@ point/no_from
SELECT 1 AS a, 'x'::text AS b, NULL AS c, now() IS NOT NULL AS d;
--@ point/values
VALUES (1, 'a'), (2, 'b');
--@ point/comment_and_case
/* from the app */ sElEcT LAST_NAME fRoM Patients WhErE ID = 4 -- done
;
--@ eq/ssn_of_nobody
SELECT id FROM patients WHERE ssn = '000-00-0000';
--@ eq/mrn not=billing
--$ MRN0000042
SELECT id, last_name FROM patients WHERE mrn = $1;
--@ eq/mrn_literal not=billing
SELECT id, last_name FROM patients WHERE mrn = 'MRN0000042';
--@ eq/mrn_varchar_parameter not=billing
--$varchar MRN0000043
SELECT id FROM patients WHERE mrn = $1;
--@ eq/mrn_flipped not=billing
SELECT id FROM patients WHERE 'MRN0000044' = mrn;
--@ eq/last_name not=billing
--$text Garcia
SELECT id, first_name FROM patients WHERE last_name = $1 ORDER BY id;
--@ eq/last_name_with_accent not=billing
SELECT id FROM patients WHERE last_name = 'Müller' ORDER BY id;
--@ eq/last_name_with_quote not=billing
SELECT id FROM patients WHERE last_name = 'O''Brien' ORDER BY id;
--@ eq/folded_only_column not=billing
SELECT id, first_name FROM patients WHERE first_name = 'Mary' ORDER BY id;
--@ eq/folded_only_other_case not=billing
SELECT id, first_name FROM patients WHERE first_name = 'MARY' ORDER BY id;
--@ eq/dob_parameter not=billing
--$date 1947-11-19
SELECT id FROM patients WHERE dob = $1;
--@ eq/dob_literal not=billing
SELECT id FROM patients WHERE dob = '1947-11-19';
--@ eq/dob_other_spelling not=billing
SELECT id FROM patients WHERE dob = 'November 19, 1947';
--@ eq/dob_typed_literal not=billing
SELECT id FROM patients WHERE dob = date '1947-11-19';
--@ eq/uuid not=billing
SELECT id FROM patients WHERE external_ref = '77535aed-34d8-a7c1-df93-56cc810e1100';
--@ eq/uuid_other_spelling not=billing
SELECT id FROM patients WHERE external_ref = '{77535AED34D8A7C1DF9356CC810E1100}';
--@ eq/numeric_scale
SELECT id FROM visits WHERE temperature = 37.50 ORDER BY id;
--@ eq/numeric_parameter
--$numeric 38.1
SELECT id FROM visits WHERE temperature = $1 ORDER BY id;
--@ eq/lab_numeric
SELECT id FROM lab_results WHERE value = 199.710 ORDER BY id;
--@ eq/bool
SELECT id FROM lab_results WHERE abnormal = true ORDER BY id;
--@ eq/bool_bare
SELECT id FROM lab_results WHERE abnormal ORDER BY id;
--@ eq/bool_not
SELECT id FROM lab_results WHERE NOT abnormal ORDER BY id;
--@ eq/bool_is_true
SELECT id FROM lab_results WHERE abnormal IS TRUE ORDER BY id;
--@ eq/int2
SELECT id FROM diagnoses WHERE severity = 3 ORDER BY id;
--@ eq/int4
--$int4 60
SELECT id FROM prescriptions WHERE pills = $1 ORDER BY id;
--@ eq/int8
SELECT id FROM prescriptions WHERE barcode = 300077151822;
--@ eq/timestamp
SELECT id FROM lab_results WHERE observed_at = '2020-01-02 12:14:00.25' ORDER BY id;
--@ eq/description
SELECT visit_id FROM diagnoses WHERE description = 'Low back pain' ORDER BY visit_id;
--@ eq/drug
--$ Metformin
SELECT patient_id, dose FROM prescriptions WHERE drug = $1 ORDER BY id;
--@ eq/member_no
SELECT patient_id, payer_id FROM insurance WHERE member_no = 'M036843935';
--@ eq/not_equal
SELECT count(*) FROM patients WHERE last_name <> 'Schmidt';
--@ eq/not
SELECT count(*) FROM patients WHERE NOT (last_name = 'Schmidt');
--@ eq/null_never_equal
SELECT count(*) FROM patients WHERE ssn = NULL;
--@ eq/null_parameter
--$text \N
SELECT count(*) FROM patients WHERE last_name = $1;
--@ eq/is_null
SELECT id FROM patients WHERE ssn IS NULL ORDER BY id;
--@ eq/is_not_null
SELECT count(*) FROM patients WHERE email IS NOT NULL;
--@ eq/is_distinct_from
SELECT count(*) FROM patients WHERE last_name IS DISTINCT FROM 'King';
--@ eq/is_not_distinct_from_null
SELECT count(*) FROM patients WHERE external_ref IS NOT DISTINCT FROM NULL;
--@ eq/in_list not=billing
SELECT id, last_name FROM patients WHERE last_name IN ('Schmidt', 'King', 'Ng') ORDER BY id;
--@ eq/in_parameters not=billing
--$ Schmidt
--$ Hill
SELECT id FROM patients WHERE last_name IN ($1, $2) ORDER BY id;
--@ eq/not_in
SELECT count(*) FROM patients WHERE last_name NOT IN ('Schmidt', 'King');
--@ eq/any_array_parameter not=billing
--$text[] {Schmidt,"O'Brien",Diaz}
SELECT id FROM patients WHERE last_name = ANY ($1) ORDER BY id;
--@ eq/any_array_literal not=billing
SELECT id FROM patients WHERE last_name = ANY ('{Schmidt,Diaz}') ORDER BY id;
--@ eq/any_array_nulls not=billing
SELECT id FROM patients WHERE last_name = ANY (ARRAY[NULL::text, NULL::text]);
--@ eq/any_null not=billing
SELECT id FROM patients WHERE last_name = ANY (NULL::text[]);
--@ eq/in_null not=billing
SELECT id FROM patients WHERE mrn IN (NULL, 'MRN0000003') OR last_name = NULL;
--@ eq/any_ids
--$int4[] {1,2,3,50}
SELECT id, last_name, dob FROM patients WHERE id = ANY ($1) ORDER BY id;
--@ eq/and_or not=billing
SELECT id FROM patients WHERE (last_name = 'Schmidt' OR last_name = 'Diaz') AND state = 'CA' ORDER BY id;
--@ eq/or_with_plain not=billing
SELECT id FROM patients WHERE last_name = 'Schmidt' OR id = 3 ORDER BY id;
--@ eq/column_with_itself
SELECT count(*) FROM patients WHERE last_name = last_name;
--@ eq/two_columns
SELECT id FROM patients WHERE last_name = first_name ORDER BY id;
--@ eq/cast_literal not=billing
SELECT id FROM patients WHERE last_name = 'Diaz'::varchar ORDER BY id;
--@ eq/char_padding
SELECT id FROM patients WHERE ssn = '992-96-5806 ' AND id < 0;
--@ eq/row_comparison not=billing
SELECT id FROM patients WHERE (last_name, sex) = ('Diaz', 'female') ORDER BY id;
--@ eq/masked_zip
SELECT id, zip FROM patients WHERE zip = '000' ORDER BY id;
--@ eq/masked_city
SELECT count(*) FROM patients WHERE city = '***';
--@ eq/masked_year not=billing
SELECT id, dob FROM patients WHERE dob = '1947-01-01' ORDER BY id;
--@ eq/mixed_tables not=billing
SELECT p.id, v.id FROM patients p, visits v WHERE v.patient_id = p.id AND p.mrn = 'MRN0000010' ORDER BY v.id;
--@ eq/value_in_columns
SELECT i.patient_id FROM insurance i CROSS JOIN rooms r WHERE 1021 NOT IN (r.floor, i.group_no) AND r.name = 'R101' ORDER BY 1;
--@ eq/value_in_columns_parameter
--$int4 1021
SELECT i.patient_id FROM insurance i CROSS JOIN rooms r WHERE $1 IN (r.floor, i.group_no, r.seats) AND r.name = 'R101' ORDER BY 1;
--@ eq/column_in_columns
SELECT i.patient_id FROM insurance i CROSS JOIN rooms r WHERE i.group_no IN (r.floor, 1021, 1003) AND r.name = 'R101' ORDER BY 1;
--@ eq/value_in_mixed_list
SELECT p.mrn FROM patients p WHERE '331' NOT IN ('1', '2', p.zip) AND p.id < 20 ORDER BY p.mrn;
--@ eq/value_in_mixed_list_of_two_tables
SELECT p.mrn, v.id FROM patients p JOIN visits v ON v.patient_id = p.id WHERE 3 NOT IN (1, 2, v.practitioner_id) AND p.id < 9 ORDER BY p.mrn, v.id;
--@ eq/value_in_mixed_list_sub_select
SELECT p.mrn, (SELECT max(1.5) FROM patients q WHERE 'Salem' NOT IN ('x', 'Dover', q.city)) FROM patients p WHERE p.id < 9 ORDER BY 1;
--@ eq/value_in_mixed_list_positive
SELECT mrn FROM patients WHERE 'Salem' IN ('x', 'Dover', city) AND id < 40 ORDER BY mrn;
--@ eq/rows_not_in
SELECT p.mrn FROM patients p JOIN visits v ON v.patient_id = p.id WHERE (p.id, p.city) NOT IN ((3, 'x'), (v.practitioner_id, '***')) AND p.id < 9 ORDER BY 1;
--@ eq/in_list_of_one
SELECT upper(last_name) FROM patients WHERE id IN (3) AND state NOT IN ('XX') ORDER BY 1;
--@ eq/row_in_list_of_one
SELECT upper(last_name) FROM patients WHERE ROW(id) IN (ROW(3)) AND (id, city) IN ((3, '***')) ORDER BY 1;
