-- Writes in one statement with others: RETURNING of what the server made, WITH queries that write, MERGE.

--@ returned/serial write roles=clinician
INSERT INTO patients (mrn, last_name, first_name, dob, state) VALUES ('Z1', 'x', 'Y', '1999-09-09', 'OH') RETURNING last_name || ', ' || first_name AS name, revision, registered_at > '2000-01-01', upper(mrn);
INSERT INTO appointments (patient_id, practitioner_id, starts_at, reason) VALUES (3, 2, '2031-01-01 10:00', 'Cough') RETURNING id > 0, reason || '!', minutes, status;
--@ returned/parameters write roles=clinician
--$text Z1
--$text Doe
--$text ?
INSERT INTO patients (mrn, last_name, first_name, dob, state) VALUES ($1, $2, 'Y', '1999-09-09', 'OH') RETURNING last_name || $3, length($1), revision + 1, left(ssn, 2);
--@ returned/trigger write roles=clinician
UPDATE patients SET last_name = 'Doe' WHERE id = 3 RETURNING id, upper(last_name) || revision, dob + 1;
--@ returned/delete write roles=clinician
DELETE FROM appointments WHERE id < 9 RETURNING id, 'was ' || reason AS was, starts_at::date;
--@ returned/conflict write roles=clinician
INSERT INTO patients (mrn, last_name, first_name, dob, state) VALUES ('Z1', 'x', 'Y', '1999-09-09', 'OH') RETURNING lower(first_name);
INSERT INTO patients (mrn, last_name, first_name, dob, state) VALUES ('Z1', 'other', 'Z', '1999-09-09', 'OH') ON CONFLICT (mrn) DO UPDATE SET last_name = excluded.last_name, first_name = patients.first_name RETURNING last_name || ', ' || first_name, revision;
INSERT INTO patients (mrn, last_name, first_name, dob, state) VALUES ('Z1', 'third', 'Z', '1999-09-09', 'OH') ON CONFLICT DO NOTHING RETURNING upper(last_name);
--@ returned/star write roles=clinician
INSERT INTO appointments AS a (patient_id, practitioner_id, starts_at, reason) VALUES (3, 2, '2031-01-01 10:00', 'Cough'), (4, 2, '2031-01-02 10:00', 'Cold') RETURNING a.patient_id, a.reason, reason LIKE 'Co_d', minutes * 2;
--@ returned/error write roles=clinician
INSERT INTO appointments (patient_id, practitioner_id, starts_at, reason) VALUES (3, 2, '2031-01-01 10:00', 'Cough') RETURNING 1 / (length(reason) - 5);
--@ returned/error_leaves_nothing roles=clinician
INSERT INTO appointments (patient_id, practitioner_id, starts_at, reason) VALUES (3, 2, '2032-01-01 10:00', 'Cough') RETURNING 1 / (length(reason) - 5);
SELECT count(*) FROM appointments WHERE starts_at = '2032-01-01 10:00';
--@ returned/masked write roles=front_desk,billing
INSERT INTO patients (mrn, last_name, first_name, dob, state) VALUES ('Z9', 'x', 'Y', '1999-09-09', 'OH') RETURNING upper(last_name), zip, revision;
INSERT INTO billing.invoices (patient_id, issued, amount, memo) VALUES (3, '2030-01-01', 12.50, 'paper') RETURNING upper(memo), amount, paid;
--@ returned/sub_select write roles=clinician
UPDATE patients SET last_name = 'Doe' WHERE id = 3 RETURNING upper(last_name), (SELECT count(*) FROM visits WHERE patient_id = patients.id);

--@ with_write/insert write roles=clinician
WITH n AS (INSERT INTO patients (id, mrn, last_name, first_name, dob, state) VALUES (9201, 'Z2', 'x', 'Y', '1999-09-09', 'OH') RETURNING id, last_name) INSERT INTO appointments (patient_id, practitioner_id, starts_at, reason) SELECT id, 1, '2035-01-01', 'first' FROM n RETURNING patient_id, reason;
SELECT last_name, mrn FROM patients WHERE id = 9201;
SELECT reason FROM appointments WHERE patient_id = 9201;
--@ with_write/delete write roles=clinician
WITH d AS (DELETE FROM appointments WHERE patient_id < 9 RETURNING *) SELECT id, patient_id, reason FROM d ORDER BY id;
--@ with_write/move write roles=clinician
WITH d AS (DELETE FROM appointments WHERE patient_id < 9 RETURNING *), i AS (INSERT INTO appointments SELECT * FROM d RETURNING id, reason) SELECT * FROM i ORDER BY id;
SELECT count(reason) FROM appointments WHERE patient_id < 9;
--@ with_write/update write roles=clinician
WITH u AS (UPDATE patients SET last_name = 'Doe' WHERE mrn IN (SELECT mrn FROM patients WHERE id < 4) RETURNING id, last_name, ssn) SELECT u.id, u.last_name, u.ssn, p.last_name AS before FROM u JOIN patients p USING (id) ORDER BY id;
SELECT last_name FROM patients WHERE id < 6 ORDER BY id;
--@ with_write/parameters write roles=clinician
--$text Doe
--$int4 5
WITH u AS (UPDATE patients SET last_name = $1 WHERE id = $2 RETURNING id, last_name) SELECT * FROM u;
--@ with_write/computed write roles=clinician
WITH u AS (UPDATE patients SET last_name = upper(last_name) WHERE id = 3 RETURNING id) SELECT * FROM u;
--@ with_write/computed_above write roles=clinician
WITH u AS (UPDATE patients SET last_name = 'Doe' WHERE id = 3 RETURNING id, last_name) SELECT upper(last_name) FROM u;
--@ with_write/conflict write roles=clinician
WITH n AS (INSERT INTO patients (mrn, last_name, first_name, dob, state) VALUES ('Z2', 'x', 'Y', '1999-09-09', 'OH') ON CONFLICT (mrn) DO NOTHING RETURNING id) SELECT count(*) FROM n;
--@ with_write/rows write roles=front_desk
WITH u AS (UPDATE patients SET language = 'fr' WHERE id < 9 RETURNING id) SELECT count(*) FROM u;

--@ merge/plain_key write roles=clinician
MERGE INTO patients p USING (VALUES (1, 'New'), (2, 'Other'), (9301, 'None')) s(id, n) ON p.id = s.id WHEN MATCHED THEN UPDATE SET last_name = s.n;
SELECT id, last_name, revision FROM patients WHERE id < 4 ORDER BY id;
--@ merge/by_equality write roles=clinician
INSERT INTO patients (id, mrn, last_name, first_name, dob, state) VALUES (9301, 'Z1', 'x', 'Y', '1999-09-09', 'OH');
MERGE INTO patients p USING (VALUES ('Z1', 'One', date '2001-01-01'), ('Z2', 'Two', '2002-02-02')) s(mrn, n, d) ON p.mrn = s.mrn WHEN MATCHED THEN UPDATE SET last_name = s.n, dob = s.d WHEN NOT MATCHED THEN INSERT (id, mrn, last_name, first_name, dob, state) VALUES (9302, s.mrn, s.n, 'F', s.d, 'OH');
SELECT id, mrn, last_name, first_name, dob FROM patients WHERE id > 9300 ORDER BY id;
SELECT id FROM patients WHERE mrn = 'Z2' AND last_name = 'Two';
--@ merge/parameters write roles=clinician
--$text Z7
--$text Seven
MERGE INTO patients p USING (SELECT $1 AS mrn, $2 AS n) s ON p.mrn = s.mrn WHEN MATCHED THEN UPDATE SET last_name = s.n WHEN NOT MATCHED THEN INSERT (mrn, last_name, first_name, dob, state) VALUES (s.mrn, s.n, 'F', '2000-01-01', 'OH');
--@ merge/from_table write roles=clinician
CREATE TEMP TABLE incoming AS SELECT id, mrn, last_name, first_name, dob FROM patients WHERE id < 5;
UPDATE incoming SET last_name = 'Moved' WHERE id = 2;
MERGE INTO patients p USING incoming i ON p.mrn = i.mrn WHEN MATCHED AND i.id = 2 THEN UPDATE SET last_name = i.last_name WHEN MATCHED THEN DO NOTHING;
SELECT id, last_name FROM patients WHERE id < 5 ORDER BY id;
--@ merge/delete write roles=clinician
MERGE INTO appointments a USING visits v ON a.patient_id = v.patient_id AND v.id = 3 WHEN MATCHED AND a.status = 'booked' THEN DELETE WHEN MATCHED THEN UPDATE SET reason = 'seen';
SELECT count(*), count(reason) FROM appointments;
--@ merge/computed write roles=clinician
MERGE INTO patients p USING (VALUES (1, 'New')) s(id, n) ON p.id = s.id WHEN MATCHED THEN UPDATE SET last_name = upper(s.n);
--@ merge/both_ways write roles=clinician
MERGE INTO patients p USING (VALUES (1, 'New')) s(id, n) ON p.id = s.id WHEN MATCHED AND s.n <> 'Old' THEN UPDATE SET last_name = s.n;
--@ merge/not_permitted write roles=front_desk,billing
MERGE INTO patients p USING (VALUES (1, 'New')) s(id, n) ON p.id = s.id WHEN MATCHED THEN DELETE;
--@ merge/rows write roles=front_desk
MERGE INTO patients p USING (VALUES (1, 'New')) s(id, n) ON p.id = s.id WHEN MATCHED THEN UPDATE SET last_name = s.n;

--@ through_view/update write roles=clinician
UPDATE patient_names SET last_name = 'Doe', dob = '1999-01-01' WHERE id = 3 RETURNING id, last_name;
SELECT last_name, dob FROM patients WHERE id = 3;
--@ through_view/update_alias write roles=clinician
UPDATE patient_names AS n SET first_name = 'Doe' WHERE n.last_name = (SELECT last_name FROM patients WHERE id = 3);
SELECT id, first_name FROM patients WHERE first_name = 'Doe' ORDER BY id;
--@ through_view/computed write roles=clinician
UPDATE patient_names SET last_name = upper(last_name) WHERE id = 4 RETURNING last_name;
--@ through_view/returned write roles=clinician
UPDATE patient_names SET last_name = 'Doe' WHERE id = 3 RETURNING upper(last_name);
--@ returned/server_value write roles=clinician
INSERT INTO patients (mrn, last_name, first_name, dob, state) VALUES ('Z1', 'x', 'Y', '1999-09-09', 'OH') RETURNING upper(last_name), registered_at = now();
--@ returned/masked_update write
UPDATE patients SET language = 'fr' WHERE id < 9 RETURNING upper(last_name), right(ssn, 4), id;
--@ returned/null write roles=clinician
INSERT INTO appointments (patient_id, practitioner_id, starts_at, reason) VALUES (3, 2, '2033-01-01 10:00', NULL) RETURNING upper(reason), coalesce(reason, 'none');
--@ merge/null write roles=clinician
MERGE INTO patients p USING (VALUES ('Z1', NULL::text), (NULL, 'q')) s(mrn, n) ON p.mrn = s.mrn WHEN MATCHED THEN UPDATE SET last_name = s.n;
MERGE INTO patients p USING (VALUES (1, 'a'), (1, 'b')) s(id, n) ON p.id = s.id WHEN MATCHED THEN UPDATE SET last_name = s.n;
