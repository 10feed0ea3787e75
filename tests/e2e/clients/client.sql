-- psql: its own commands ask the catalog, variables and \gdesc use the extended protocol.
\pset pager off
\set id 33
SELECT * FROM patients WHERE id = :id \gx
\d patients
\d visits
\d insurance
\d patient_labels
\dt
\dv
\dn
\dT
\df full_name
\d billing.invoices
SELECT last_name, dob, ssn FROM patients WHERE id = 3 \gdesc
SELECT id, last_name FROM patients WHERE last_name ILIKE 'mu%' ORDER BY id;
\set ON_ERROR_ROLLBACK on
BEGIN;
INSERT INTO patients (id, mrn, last_name, first_name, dob, state) VALUES (9001, 'P1', 'Psql', 'Client', '2001-02-03', 'CA');
INSERT INTO patients (id, mrn, last_name, first_name, dob, state) VALUES (9002, 'P1', 'Psql', 'Client', 'nonsense', 'CA');
SELECT last_name, dob FROM patients WHERE id > 9000;
ROLLBACK;
\copy rooms TO STDOUT CSV HEADER
BEGIN;
COPY rooms (name, floor) FROM STDIN;
Q1	1
Q2	2
\.
SELECT count(*) FROM rooms;
ROLLBACK;
\set FETCH_COUNT 3
SELECT name FROM rooms ORDER BY name;
\unset FETCH_COUNT
SELECT 'patients'::regclass, count(*) FROM patients WHERE id < 11;
SELECT last_name FROM patients WHERE id = 3\; SELECT dob FROM patients WHERE id = 3;
\errverbose
SELECT nosuch FROM patients;
