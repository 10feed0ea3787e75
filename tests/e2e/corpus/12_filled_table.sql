-- Tables that queries fill: CREATE TEMP TABLE AS, SELECT INTO TEMP, and what programs do with them.

--@ filled/report write
CREATE TEMP TABLE report AS SELECT id, last_name, upper(first_name) AS first, dob, zip, date_part('year', dob)::int AS year FROM patients WHERE id < 40 ORDER BY id;
SELECT * FROM report ORDER BY id;
SELECT first || '!' AS mark, length(last_name), year + 1 AS next FROM report ORDER BY id;
SELECT count(*), count(DISTINCT last_name), count(first), min(year) FROM report;
SELECT last_name, count(*) FROM report GROUP BY last_name ORDER BY last_name;
DROP TABLE report;
--@ filled/join write not=front_desk
CREATE TEMP TABLE wanted AS SELECT id, last_name FROM patients WHERE last_name LIKE 'L%';
SELECT w.id, p.id, p.last_name FROM wanted w JOIN patients p ON p.last_name = w.last_name ORDER BY 1, 2;
SELECT id, mrn FROM patients WHERE last_name IN (SELECT last_name FROM wanted) ORDER BY id;
SELECT w.id, v.reason FROM wanted w JOIN visits v ON v.patient_id = w.id WHERE v.reason ILIKE '%a%' ORDER BY v.id;
--@ filled/writes write roles=clinician
CREATE TEMP TABLE report AS SELECT id, last_name, upper(first_name) AS first, date_part('year', dob)::int AS year FROM patients WHERE id < 20;
UPDATE report SET first = lower(first), last_name = 'X' || last_name WHERE year > 1960 RETURNING id, first, last_name;
UPDATE report SET last_name = 'Known' WHERE id = 3;
DELETE FROM report WHERE first LIKE 'A%' RETURNING id;
INSERT INTO report SELECT id, last_name, first_name, 1 FROM patients WHERE id BETWEEN 40 AND 45;
INSERT INTO report VALUES (1001, 'A', 'B', 5), (1002, NULL, upper('b'), NULL);
SELECT * FROM report ORDER BY id;
SELECT p.id, r.last_name FROM report r JOIN patients p USING (last_name) ORDER BY 1, 2;
TRUNCATE report;
SELECT count(*) FROM report;
--@ filled/dropped write roles=clinician
CREATE TEMP TABLE report AS SELECT id, last_name FROM patients WHERE id < 20;
DROP TABLE IF EXISTS report;
SELECT 1 FROM report;
--@ filled/indexed write roles=clinician
CREATE TEMP TABLE report AS SELECT id, last_name FROM patients WHERE id < 20;
CREATE INDEX ON report (last_name);
--@ filled/columns write roles=clinician
CREATE TEMP TABLE named (number, name) ON COMMIT DROP AS SELECT id, last_name FROM patients WHERE id < 5;
SELECT number, name FROM named ORDER BY number;
SELECT * FROM named WHERE name = (SELECT last_name FROM patients WHERE id = 3) ORDER BY number;
--@ filled/no_data write roles=clinician
CREATE TEMP TABLE names AS SELECT last_name FROM patients WITH NO DATA;
SELECT * FROM names;
INSERT INTO names SELECT last_name FROM patients WHERE id = 3;
SELECT upper(last_name) FROM names;
--@ filled/exists write roles=clinician
CREATE TEMP TABLE IF NOT EXISTS names AS SELECT last_name FROM patients WHERE id = 3;
CREATE TEMP TABLE IF NOT EXISTS names AS SELECT upper(first_name) AS last_name FROM patients WHERE id = 4;
SELECT * FROM names;
DROP TABLE names;
CREATE TEMP TABLE names AS SELECT id AS last_name FROM patients WHERE id = 5;
SELECT * FROM names;
--@ filled/exists_error write roles=clinician
CREATE TEMP TABLE names AS SELECT last_name FROM patients WHERE id = 3;
CREATE TEMP TABLE names AS SELECT last_name FROM patients WHERE id = 4;
--@ filled/union write roles=clinician
CREATE TEMP TABLE names AS SELECT last_name FROM patients WHERE id < 4 UNION ALL SELECT upper(first_name) FROM patients WHERE id < 4;
SELECT * FROM names ORDER BY 1;
--@ filled/groups write roles=clinician
CREATE TEMP TABLE per AS SELECT last_name, count(*) AS n, max(dob) AS youngest, sex, state FROM patients GROUP BY last_name, sex, state;
SELECT last_name, n, youngest, sex, state FROM per WHERE n > 1 ORDER BY 1, 4, 5;
--@ filled/into write
SELECT id, reason, visit_at INTO TEMP v FROM visits WHERE id < 5;
SELECT * FROM v ORDER BY id;
--@ filled/into_grouped write roles=clinician
SELECT kind, avg(pulse) AS pulse, count(*) INTO TEMPORARY TABLE w FROM visits GROUP BY kind;
SELECT kind, round(pulse, 2), count FROM w ORDER BY kind;
--@ filled/into_union write roles=clinician
SELECT id, last_name INTO TEMP w FROM patients WHERE id < 4 UNION SELECT id, first_name FROM patients WHERE id < 4;
SELECT * FROM w ORDER BY id, last_name;
--@ filled/into_of_temporary write
CREATE TEMP TABLE u AS SELECT id, state FROM patients WHERE id < 4;
SELECT * INTO TEMP v FROM u;
SELECT * FROM v ORDER BY id;
--@ filled/of_filled write roles=clinician
CREATE TEMP TABLE u AS SELECT id, upper(last_name) AS name FROM patients WHERE id < 9;
CREATE TEMP TABLE v AS SELECT name || '!' AS name, id FROM u WHERE name LIKE 'L%';
SELECT * FROM v ORDER BY id;
SELECT * FROM u JOIN v USING (id) ORDER BY id;
--@ filled/parameters write roles=clinician
--$text L%
--$int4 100
CREATE TEMP TABLE liked AS SELECT id, last_name, $1 AS pattern, $2 + 1 AS n FROM patients WHERE last_name LIKE $1 AND id < $2;
--@ filled/types write roles=clinician
CREATE TEMP TABLE typed AS SELECT id, sex, state, vip, registered_at, external_ref, emergency, photo, ssn, phone::text AS phone FROM patients WHERE id < 9;
SELECT * FROM typed ORDER BY id;
SELECT id, emergency->>'name' AS name, length(photo), right(ssn, 4), sex, state || '' FROM typed ORDER BY id;
--@ filled/rolled_back write roles=clinician
SAVEPOINT a;
CREATE TEMP TABLE names AS SELECT last_name FROM patients WHERE id = 3;
ROLLBACK TO a;
CREATE TEMP TABLE names (last_name text);
INSERT INTO names VALUES ('plain');
SELECT * FROM names;
--@ filled/division write roles=clinician
CREATE TEMP TABLE broken AS SELECT 1 / (id - 3) AS n, last_name FROM patients WHERE id < 5;
--@ filled/interval write roles=clinician
CREATE TEMP TABLE ages AS SELECT id, age(dob) AS age FROM patients;
--@ filled/stays write roles=clinician
CREATE TABLE names AS SELECT last_name FROM patients;
--@ filled/plain_column write roles=clinician
CREATE TEMP TABLE names (id int, last_name text);
INSERT INTO names SELECT id, last_name FROM patients WHERE id < 4;
--@ filled/plain_table write roles=clinician
UPDATE visits SET status = left(reason, 4) WHERE id = 3;
--@ filled/plain_condition write roles=clinician
UPDATE visits SET status = 'closed', fee = (SELECT count(*) FROM patients WHERE last_name LIKE 'L%') WHERE reason LIKE '%a%';
SELECT id, status, fee FROM visits ORDER BY id LIMIT 20;
--@ filled/hides write roles=clinician,billing
CREATE TEMP TABLE patients AS SELECT * FROM patients WHERE id < 5;
SELECT count(*), min(last_name) FROM patients;
UPDATE patients SET last_name = 'q' WHERE id = 2;
SELECT id, last_name, ssn FROM patients ORDER BY id;
DROP TABLE patients;
SELECT count(*), min(last_name) FROM patients;
--@ filled/nulls write
CREATE TEMP TABLE blank AS SELECT id, nullif(last_name, last_name) AS n, ssn FROM patients WHERE id < 4;
SELECT * FROM blank WHERE n IS NULL ORDER BY id;
CREATE TEMP TABLE none AS SELECT last_name, upper(first_name) AS f FROM patients WHERE false;
SELECT *, f || 'x' FROM none;
--@ filled/masked write roles=front_desk,billing
CREATE TEMP TABLE t AS SELECT id, last_name, ssn, zip, upper(first_name) AS f, right(ssn, 2) AS s2 FROM patients WHERE id < 9;
SELECT upper(ssn), f || s2, zip FROM t ORDER BY id;
UPDATE t SET ssn = 'q', last_name = f || 'x' WHERE id < 5 RETURNING *;
INSERT INTO t (id, ssn) SELECT id, ssn FROM patients WHERE id BETWEEN 10 AND 12;
SELECT p.id FROM patients p JOIN t USING (ssn) ORDER BY 1;
--@ filled/of_with_write write roles=clinician
CREATE TEMP TABLE gone AS WITH d AS (DELETE FROM appointments WHERE id < 3 RETURNING reason) SELECT * FROM d;
--@ filled/in_pg_temp write roles=clinician
CREATE TABLE pg_temp.kept AS SELECT last_name FROM patients WHERE id < 4;
SELECT upper(last_name) FROM kept ORDER BY 1;
