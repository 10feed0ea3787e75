-- Names in SQL: cursors and prepared statements over tagged columns.

--@ cursor/directions write
DECLARE c SCROLL CURSOR FOR SELECT id, last_name, dob FROM patients WHERE id <= 6 ORDER BY id;
FETCH c;
FETCH NEXT FROM c;
FETCH PRIOR FROM c;
FETCH LAST FROM c;
FETCH FIRST FROM c;
FETCH ABSOLUTE 3 FROM c;
FETCH ABSOLUTE -2 FROM c;
FETCH RELATIVE -1 FROM c;
FETCH RELATIVE 0 FROM c;
FETCH FORWARD 2 FROM c;
FETCH BACKWARD 3 FROM c;
FETCH FORWARD ALL FROM c;
FETCH BACKWARD ALL FROM c;
FETCH 0 FROM c;
FETCH ABSOLUTE 0 FROM c;
FETCH ABSOLUTE 99 FROM c;
FETCH -2 FROM c;
MOVE ABSOLUTE 2 FROM c;
FETCH c;
MOVE FORWARD ALL FROM c;
FETCH c;
MOVE BACKWARD 2 FROM c;
FETCH ALL FROM c;
CLOSE c;
--@ cursor/computed_directions write
DECLARE c SCROLL CURSOR FOR SELECT upper(last_name) AS name, length(first_name) AS n FROM patients WHERE id <= 6 ORDER BY id;
FETCH c;
FETCH NEXT FROM c;
FETCH PRIOR FROM c;
FETCH LAST FROM c;
FETCH FIRST FROM c;
FETCH ABSOLUTE 3 FROM c;
FETCH ABSOLUTE -2 FROM c;
FETCH RELATIVE -1 FROM c;
FETCH RELATIVE 0 FROM c;
FETCH FORWARD 2 FROM c;
FETCH BACKWARD 3 FROM c;
FETCH FORWARD ALL FROM c;
FETCH BACKWARD ALL FROM c;
FETCH 0 FROM c;
FETCH ABSOLUTE 0 FROM c;
FETCH ABSOLUTE 99 FROM c;
FETCH -2 FROM c;
FETCH ABSOLUTE -99 FROM c;
MOVE ABSOLUTE 2 FROM c;
FETCH c;
MOVE FORWARD ALL FROM c;
FETCH c;
MOVE BACKWARD 2 FROM c;
FETCH RELATIVE 0 FROM c;
FETCH ALL FROM c;
CLOSE c;
FETCH c;
--@ cursor/like write not=billing
DECLARE found NO SCROLL CURSOR FOR SELECT id, last_name FROM patients WHERE last_name ILIKE 'mu%' ORDER BY last_name, id;
FETCH 3 FROM found;
FETCH 2 FROM found;
FETCH PRIOR FROM found;
--@ cursor/report write
DECLARE report CURSOR FOR SELECT extract(decade FROM dob) AS decade, count(*), min(last_name) FROM patients GROUP BY 1 ORDER BY 1;
FETCH 2 FROM report;
FETCH ALL FROM report;
FETCH ALL FROM report;
CLOSE ALL;
FETCH report;
--@ cursor/parameter write
--$int4 5
DECLARE c CURSOR FOR SELECT id, last_name FROM patients WHERE id < $1 ORDER BY id;
--@ cursor/outside_of_a_block
DECLARE c CURSOR FOR SELECT last_name FROM patients WHERE id = 1;
--@ cursor/computed_outside_of_a_block
DECLARE c CURSOR FOR SELECT upper(last_name) FROM patients WHERE id = 1;
--@ cursor/hold
BEGIN;
DECLARE kept CURSOR WITH HOLD FOR SELECT id, last_name FROM patients WHERE id < 5 ORDER BY id;
DECLARE computed CURSOR WITH HOLD FOR SELECT id, lower(last_name) FROM patients WHERE id < 5 ORDER BY id;
DECLARE lost CURSOR FOR SELECT id, lower(last_name) FROM patients WHERE id < 5 ORDER BY id;
FETCH kept;
FETCH computed;
FETCH lost;
COMMIT;
FETCH kept;
FETCH 2 FROM computed;
FETCH lost;
CLOSE kept;
CLOSE computed;
FETCH kept;
--@ cursor/savepoint write
SAVEPOINT s;
DECLARE c CURSOR FOR SELECT upper(last_name) FROM patients WHERE id = 2;
FETCH c;
ROLLBACK TO s;
FETCH c;
--@ cursor/name_taken write
DECLARE c CURSOR FOR SELECT last_name FROM patients WHERE id = 2;
DECLARE c CURSOR FOR SELECT upper(last_name) FROM patients WHERE id = 2;
--@ cursor/declared_again write
DECLARE c CURSOR FOR SELECT id, last_name FROM patients WHERE id = 2;
FETCH c;
CLOSE c;
DECLARE c CURSOR FOR SELECT upper(first_name) AS first, dob FROM patients WHERE id = 3;
FETCH c;
CLOSE c;
DECLARE c CURSOR FOR SELECT name, floor FROM rooms ORDER BY name;
FETCH c;
CLOSE c;
DECLARE c CURSOR FOR SELECT last_name, id FROM patients WHERE id = 4;
FETCH c;
--@ cursor/unknown write
FETCH nobody;
--@ cursor/catalog write
DECLARE c CURSOR FOR SELECT attname FROM pg_attribute WHERE attrelid = 'patients'::regclass AND attnum > 0 ORDER BY attnum;
FETCH 3 FROM c;
FETCH 1 FROM c;
--@ prepared/equality simple not=front_desk
PREPARE by_ssn AS SELECT id, last_name FROM patients WHERE ssn = $1;
EXECUTE by_ssn('992-96-5806');
EXECUTE by_ssn('nobody');
EXECUTE by_ssn(NULL);
--@ prepared/declared_types
PREPARE by_dob (date, integer) AS SELECT id, last_name FROM patients WHERE dob > $1 AND id < $2 ORDER BY id;
EXECUTE by_dob('1970-01-01', 30);
EXECUTE by_dob(date '1990-01-01', 40);
DEALLOCATE by_dob;
--@ prepared/names not=billing
PREPARE named (text) AS SELECT id, last_name, $1 AS asked FROM patients WHERE last_name ILIKE $1 OR first_name ILIKE $1 ORDER BY id;
EXECUTE named('mu%');
EXECUTE named('%an%');
DEALLOCATE PREPARE named;
--@ prepared/arguments
PREPARE two (integer, text) AS SELECT last_name, $2 AS note FROM patients WHERE id = $1;
EXECUTE two(3);
EXECUTE two(3, 'a', 'b');
EXECUTE two(3, 'it''s');
EXECUTE two(-3, 'none');
EXECUTE two('7', E'a\nb');
DEALLOCATE two;
EXECUTE two(3, 'gone');
--@ prepared/twice
PREPARE one AS SELECT last_name FROM patients WHERE id = 1;
PREPARE one AS SELECT first_name FROM patients WHERE id = 1;
--@ prepared/again
PREPARE one AS SELECT last_name FROM patients WHERE id = 1;
DEALLOCATE one;
PREPARE one AS SELECT name FROM rooms ORDER BY name LIMIT 1;
EXECUTE one;
DEALLOCATE one;
PREPARE one (int) AS SELECT upper(first_name) FROM patients WHERE id = $1;
EXECUTE one(4);
DEALLOCATE ALL;
EXECUTE one(4);
--@ prepared/untagged_expression
PREPARE later AS SELECT $1 + 1 AS next;
EXECUTE later(2 + 3);
DEALLOCATE later;
--@ prepared/syntax_error
PREPARE wrong AS SELECT nothing FROM patients;
--@ prepared/insert write roles=clinician
PREPARE add (text, text) AS INSERT INTO patients (mrn, last_name, first_name, dob) VALUES ('MRN-PREPARED', $1, $2, '1980-02-03') RETURNING last_name, first_name;
EXECUTE add('Prepared', 'Ann');
SELECT last_name, dob FROM patients WHERE mrn = 'MRN-PREPARED';
--@ prepared/search_path
PREPARE pathless AS SELECT count(*) FROM rooms;
SET search_path = pg_catalog, public;
EXECUTE pathless;
RESET search_path;
DEALLOCATE pathless;
--@ prepared/limit
PREPARE page (int, int) AS SELECT id, last_name FROM patients ORDER BY id LIMIT $1 OFFSET $2;
EXECUTE page(3, 2);
EXECUTE page(2, 0);
DEALLOCATE page;
--@ shape/literals
SELECT id, last_name FROM patients WHERE id = 18;
SELECT id, last_name FROM patients WHERE id = 19;
SELECT id, last_name FROM patients WHERE id = 3000000000;
--@ shape/strings not=billing
SELECT id, last_name FROM patients WHERE last_name LIKE 'Mu%' ORDER BY id;
SELECT id, last_name FROM patients WHERE last_name LIKE 'A%' ORDER BY id;
SELECT id, last_name FROM patients WHERE last_name LIKE '%' ORDER BY id LIMIT 4;
SELECT id, last_name FROM patients WHERE last_name LIKE '_e%' ORDER BY id LIMIT 3;
--@ shape/output_literals
SELECT id, 'one' AS note, 1.50 AS n, last_name FROM patients WHERE id = 2;
SELECT id, 'other longer' AS note, 2.255 AS n, last_name FROM patients WHERE id = 2;
--@ shape/dates not=billing
SELECT id, last_name FROM patients WHERE dob > '1995-01-01' ORDER BY id;
SELECT id, last_name FROM patients WHERE dob > '2001-05-05' ORDER BY id;
SELECT id, last_name FROM patients WHERE dob > 'garbage' ORDER BY id;
--@ shape/in_list
SELECT id, last_name FROM patients WHERE id IN (1, 2, 3) ORDER BY id;
SELECT id, last_name FROM patients WHERE id IN (4, 5, 6) ORDER BY id;
SELECT id, last_name FROM patients WHERE id IN (4, 4, -6) ORDER BY id;
--@ shape/limit
SELECT id, upper(last_name) FROM patients ORDER BY id LIMIT 2;
SELECT id, upper(last_name) FROM patients ORDER BY id LIMIT 5;
SELECT id, upper(last_name) FROM patients ORDER BY id LIMIT 0;
SELECT id, upper(last_name) FROM patients ORDER BY id LIMIT -1;
--@ shape/casts
SELECT id, last_name::varchar(3) FROM patients WHERE id = 2;
SELECT id, last_name::varchar(5) FROM patients WHERE id = 2;
--@ shape/intervals
SELECT id, dob + interval '1 year' AS d FROM patients WHERE id = 2;
SELECT id, dob + interval '2 days' AS d FROM patients WHERE id = 2;
SELECT id, dob + interval '1' day AS d FROM patients WHERE id = 2;
SELECT id, dob + interval '1' month AS d FROM patients WHERE id = 2;
--@ shape/order_by_number
SELECT id, first_name FROM patients WHERE id < 6 ORDER BY 1;
SELECT id, first_name FROM patients WHERE id < 6 ORDER BY 2;
--@ shape/null_and_booleans
SELECT id, vip = true AS v FROM patients WHERE id = 2;
SELECT id, vip = false AS v FROM patients WHERE id = 2;
SELECT id, vip = NULL AS v FROM patients WHERE id = 2;
--@ shape/write write roles=clinician
UPDATE patients SET last_name = 'Shape' WHERE id = 5 RETURNING id, last_name;
UPDATE patients SET last_name = 'Shapely' WHERE id = 6 RETURNING id, last_name;
UPDATE patients SET last_name = NULL WHERE id = 6;
--@ shape/group_by_number
SELECT state, sex, count(*) FROM patients GROUP BY 1, 2 ORDER BY 1, 2;
SELECT state, sex, count(*) FROM patients GROUP BY 2, 1 ORDER BY 2, 1;
--@ shape/substring
SELECT substring(last_name FROM 1 FOR 2) AS s FROM patients WHERE id = 3;
SELECT substring(last_name FROM 2 FOR 3) AS s FROM patients WHERE id = 3;
--@ shape/regclass
SELECT 'patients'::regclass::text;
SELECT 'rooms'::regclass::text;
SELECT 'nothing'::regclass::text;
--@ cursor/current_of write roles=clinician
DECLARE c CURSOR FOR SELECT id, last_name FROM patients WHERE id < 5 ORDER BY id FOR UPDATE;
FETCH c;
FETCH c;
UPDATE patients SET last_name = 'Current' WHERE CURRENT OF c;
CLOSE c;
SELECT id, last_name FROM patients WHERE id < 4 ORDER BY id;
--@ cursor/binary write
DECLARE b BINARY CURSOR FOR SELECT id, last_name, dob, zip FROM patients WHERE id <= 4 ORDER BY id;
FETCH 2 FROM b;
MOVE 1 FROM b;
FETCH ALL FROM b;
--@ cursor/binary_computed write
DECLARE b BINARY SCROLL CURSOR FOR SELECT id, upper(last_name) AS name, dob, dob + 1 AS next, length(last_name) > 4 AS long, ARRAY[length(first_name), NULL] AS numbers, id * 1.50 AS price, NULL::date AS nothing FROM patients WHERE id <= 6 ORDER BY id;
FETCH 2 FROM b;
FETCH PRIOR FROM b;
FETCH ALL FROM b;
FETCH FIRST FROM b;
--@ cursor/names write
DECLARE "seen" SCROLL CURSOR FOR SELECT last_name FROM patients ORDER BY id;
DECLARE made CURSOR FOR SELECT upper(last_name) FROM patients ORDER BY id;
SELECT name, is_holdable, is_binary FROM pg_cursors WHERE name IN ('seen', 'made') ORDER BY name;
CLOSE made;
SELECT 1 FROM pg_catalog.pg_cursors WHERE name = 'made';
--@ prepared/listed
PREPARE listed AS SELECT id FROM rooms;
SELECT name, from_sql FROM pg_prepared_statements WHERE name = 'listed';
DEALLOCATE listed;
