-- Objects that only the session sees: temporary tables, and what the open block has made.

--@ temporary/table
CREATE TEMP TABLE wanted (id integer PRIMARY KEY, note text NOT NULL DEFAULT 'none');
INSERT INTO wanted (id) VALUES (3), (4);
INSERT INTO wanted VALUES (5, 'five') RETURNING *;
SELECT * FROM wanted ORDER BY id;
SELECT w.id, w.note, p.last_name FROM wanted w JOIN patients p USING (id) ORDER BY w.id;
SELECT w.note || ': ' || upper(p.last_name) AS line FROM wanted w JOIN patients p USING (id) ORDER BY w.id;
SELECT id, last_name FROM patients WHERE id IN (SELECT id FROM wanted) ORDER BY id;
SELECT count(*) FROM wanted w LEFT JOIN patients p ON p.id = w.id WHERE p.last_name LIKE '%e%';
UPDATE wanted SET note = 'changed' WHERE id = 3;
DELETE FROM wanted WHERE id = 4;
CREATE INDEX ON wanted (note);
ALTER TABLE wanted ADD COLUMN more integer DEFAULT 7;
SELECT id, note, more FROM wanted ORDER BY id;
INSERT INTO wanted VALUES (3, 'twice', 1);
SELECT nothing FROM wanted;
TRUNCATE wanted;
DROP TABLE wanted;
SELECT * FROM wanted;
--@ temporary/on_commit_drop
BEGIN;
CREATE TEMP TABLE brief (id integer) ON COMMIT DROP;
INSERT INTO brief VALUES (1);
SELECT p.last_name FROM brief JOIN patients p USING (id);
COMMIT;
SELECT * FROM brief;
BEGIN;
CREATE TEMP TABLE brief (name text) ON COMMIT DROP;
SELECT * FROM brief;
ROLLBACK;
--@ temporary/table_as
CREATE TEMP TABLE copied AS SELECT name, floor FROM rooms WHERE floor = 1;
SELECT count(*) FROM copied;
SELECT name, floor + 1 AS next FROM copied ORDER BY name LIMIT 2;
DROP TABLE copied;
--@ temporary/table_as_tagged
CREATE TEMP TABLE names AS SELECT last_name FROM patients;
--@ temporary/select_into
SELECT name INTO TEMP picked FROM rooms WHERE floor = 2;
SELECT count(*) FROM picked;
DROP TABLE picked;
--@ temporary/hides_a_table
CREATE TEMP TABLE rooms (name text, secret integer);
INSERT INTO rooms VALUES ('mine', 1);
SELECT * FROM rooms;
SELECT count(*) FROM public.rooms;
DROP TABLE rooms;
SELECT count(*) FROM rooms;
--@ temporary/hides_a_tagged_table
CREATE TEMP TABLE patients (id integer, last_name text);
INSERT INTO patients VALUES (1, 'Nobody');
SELECT * FROM patients;
DROP TABLE patients;
SELECT last_name FROM patients WHERE id = 1;
--@ temporary/view_and_sequence
CREATE TEMP VIEW floors AS SELECT DISTINCT floor FROM rooms;
SELECT * FROM floors ORDER BY floor;
CREATE TEMP SEQUENCE counting;
SELECT nextval('counting'), nextval('counting');
DROP VIEW floors;
DROP SEQUENCE counting;
--@ temporary/savepoints write
CREATE TEMP TABLE first (a integer);
SAVEPOINT s;
CREATE TEMP TABLE second (b integer);
INSERT INTO second VALUES (1);
ROLLBACK TO s;
SELECT * FROM first;
SAVEPOINT t;
CREATE TEMP TABLE second (c text);
RELEASE t;
INSERT INTO second VALUES ('x') RETURNING c;
SELECT * FROM second;
SELECT b FROM second;
--@ temporary/write_from write roles=clinician
CREATE TEMP TABLE changes (id integer, city text);
INSERT INTO changes VALUES (3, 'Boston');
UPDATE patients SET vip = true FROM changes c WHERE patients.id = c.id RETURNING patients.id;
--@ temporary/store_tagged write
CREATE TEMP TABLE leaked (name text);
INSERT INTO leaked SELECT last_name FROM patients;
--@ temporary/cursor write
CREATE TEMP TABLE wanted (id integer);
INSERT INTO wanted VALUES (3), (4);
DECLARE c CURSOR FOR SELECT p.last_name FROM patients p JOIN wanted USING (id) ORDER BY id;
FETCH ALL FROM c;
--@ temporary/discard
CREATE TEMP TABLE gone (a integer);
DISCARD TEMP;
SELECT * FROM gone;
--@ block/alter_temporary write roles=clinician
CREATE TEMP TABLE a (x integer);
ALTER TABLE a ADD COLUMN y text;
INSERT INTO a (x, y) VALUES (1, 'one');
SELECT x, y FROM a;
ALTER TABLE a RENAME COLUMN y TO z;
SELECT z FROM a;
SELECT y FROM a;
--@ block/create write roles=clinician
CREATE TABLE fresh (a integer PRIMARY KEY, b text);
INSERT INTO fresh VALUES (1, 'x');
SELECT f.b, p.last_name FROM fresh f JOIN patients p ON p.id = f.a;
SELECT f.b, upper(p.last_name) FROM fresh f JOIN patients p ON p.id = f.a;
SAVEPOINT s;
ALTER TABLE fresh ADD COLUMN beds integer REFERENCES fresh;
CREATE INDEX ON fresh (beds);
SELECT a, beds FROM fresh;
ROLLBACK TO s;
SELECT beds FROM fresh;
--@ block/rolled_back roles=clinician
BEGIN;
CREATE TABLE never (a integer);
SELECT * FROM never;
ROLLBACK;
SELECT * FROM never;
--@ block/committed roles=clinician
BEGIN;
CREATE TABLE kept (a serial PRIMARY KEY, b text);
INSERT INTO kept (b) VALUES ('one') RETURNING a;
COMMIT;
INSERT INTO kept (b) VALUES ('two') RETURNING a, b;
SELECT k.b, p.last_name FROM kept k JOIN patients p ON p.id = k.a ORDER BY 1;
CREATE TABLE second (x integer REFERENCES kept (a));
INSERT INTO second VALUES (7);
DROP TABLE second, kept;
SELECT * FROM kept;
