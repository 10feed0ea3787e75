-- Rows themselves in a Split: locked, sampled, and by their system columns.

--@ lock/by_key write
SELECT id, upper(last_name) FROM patients WHERE id = 3 FOR UPDATE;
SELECT id, lower(city) FROM patients WHERE id IN (3, 4) ORDER BY id FOR NO KEY UPDATE;
--@ lock/by_equality write roles=clinician
SELECT id, first_name || ' ' || last_name FROM patients WHERE last_name = 'Garcia' ORDER BY id FOR SHARE;
--@ lock/strengths write
SELECT upper(last_name) FROM patients WHERE id = 3 FOR KEY SHARE;
SELECT upper(last_name) FROM patients WHERE id = 3 FOR SHARE NOWAIT;
SELECT upper(last_name) FROM patients WHERE id = 3 FOR NO KEY UPDATE SKIP LOCKED;
SELECT upper(last_name) FROM patients WHERE id = 3 FOR UPDATE OF patients NOWAIT;
--@ lock/queue write
SELECT id, upper(last_name) FROM patients WHERE id > 5 ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED;
SELECT id, upper(last_name) FROM patients WHERE id > 5 ORDER BY id LIMIT 2 OFFSET 3 FOR UPDATE;
--@ lock/parameters write
--$int4 3
--$int4 2
SELECT id, upper(last_name) FROM patients WHERE id > $1 ORDER BY id LIMIT $2 FOR UPDATE;
--@ lock/filtered write
SELECT id FROM patients WHERE last_name LIKE 'Ga%' ORDER BY id FOR UPDATE;
SELECT id, last_name FROM patients WHERE lower(city) = 'boston' AND id < 200 ORDER BY id FOR SHARE NOWAIT;
--@ lock/filtered_limit write
SELECT id, last_name FROM patients WHERE first_name LIKE 'M%' ORDER BY last_name, id LIMIT 3 FOR UPDATE;
--@ lock/filtered_none write
SELECT id FROM patients WHERE last_name LIKE 'nobody%' FOR UPDATE;
--@ lock/filtered_parameter write
--$text Ga%
SELECT id, first_name FROM patients WHERE last_name LIKE $1 ORDER BY id FOR UPDATE;
--@ lock/join write
SELECT p.id, upper(p.last_name), v.id FROM patients p JOIN visits v ON v.patient_id = p.id WHERE p.id < 5 ORDER BY p.id, v.id FOR UPDATE OF p;
SELECT p.id, v.reason || '!' FROM patients p JOIN visits v ON v.patient_id = p.id WHERE p.id < 5 ORDER BY p.id, v.id FOR SHARE;
--@ lock/self_join write
SELECT a.id, b.id FROM patients a JOIN patients b ON lower(a.last_name) = lower(b.last_name) AND a.id < b.id WHERE a.id < 30 AND b.id < 60 ORDER BY a.id, b.id FOR UPDATE;
--@ lock/nullable_side write roles=clinician
SELECT p.id, upper(v.reason) FROM patients p LEFT JOIN visits v ON v.patient_id = p.id WHERE p.id < 5 FOR UPDATE OF v;
--@ lock/outer_join write
SELECT p.id, upper(v.reason) FROM patients p LEFT JOIN visits v ON v.patient_id = p.id WHERE p.id < 5 ORDER BY 1, 2 FOR UPDATE OF p;
--@ lock/read_only
BEGIN READ ONLY;
SELECT id FROM patients WHERE last_name LIKE 'Ga%' FOR UPDATE;
ROLLBACK;
--@ lock/autocommit
SELECT id, upper(last_name) FROM patients WHERE id = 3 FOR UPDATE;
SELECT id FROM patients WHERE last_name LIKE 'Ga%' ORDER BY id FOR UPDATE;
--@ lock/cursor write
DECLARE c CURSOR FOR SELECT id FROM patients WHERE last_name LIKE 'Ga%' FOR UPDATE;
--@ sample/all
SELECT id, upper(last_name) FROM patients TABLESAMPLE BERNOULLI (100) WHERE id < 9 ORDER BY id;
SELECT count(*) FROM patients TABLESAMPLE SYSTEM (100) REPEATABLE (7) WHERE last_name LIKE 'Ga%';
--@ sample/none
SELECT id, upper(last_name) FROM patients TABLESAMPLE SYSTEM (0);
SELECT count(*), max(upper(last_name)) FROM patients AS p (a) TABLESAMPLE BERNOULLI (0.0) REPEATABLE (1);
--@ sample/join
SELECT p.id, upper(p.last_name), v.reason FROM patients p TABLESAMPLE BERNOULLI (100) JOIN visits v TABLESAMPLE SYSTEM (100) ON v.patient_id = p.id WHERE p.id < 5 ORDER BY p.id, v.id;
--@ sample/parameter
--$float8 100
SELECT count(*) FROM patients TABLESAMPLE BERNOULLI ($1) WHERE last_name LIKE '%a%';
--@ sample/bad
SELECT upper(last_name) FROM patients TABLESAMPLE SYSTEM (101) WHERE id < 3;
--@ sample/locked write
SELECT id, upper(last_name) FROM patients TABLESAMPLE SYSTEM (100) WHERE id = 3 FOR UPDATE;
--@ system/ctid_there
SELECT id, ctid IS NOT NULL, xmin IS NOT NULL, upper(last_name) FROM patients WHERE id < 4 ORDER BY id;
SELECT count(DISTINCT ctid) = count(*) FROM patients WHERE last_name LIKE 'Ga%';
--@ system/by_ctid
SELECT p.id, upper(p.last_name) FROM patients p WHERE p.ctid = (SELECT q.ctid FROM patients q WHERE q.id = 5);
SELECT id FROM patients WHERE xmin::text = (SELECT xmin::text FROM patients WHERE last_name LIKE 'Ga%' LIMIT 1) AND id < 5 ORDER BY id;
--@ system/sub_query
SELECT x.id, x.ctid = y.ctid, x.up FROM (SELECT id, ctid, upper(last_name) AS up FROM patients WHERE id < 4) x JOIN (SELECT id, ctid FROM patients) y USING (id) ORDER BY x.id;
--@ system/grouped
SELECT count(*), max(upper(last_name)) FROM patients WHERE id < 6 GROUP BY ctid ORDER BY ctid;
SELECT min(id), p.xmin IS NULL FROM patients p WHERE lower(last_name) LIKE 'g%' GROUP BY p.xmin ORDER BY 1 LIMIT 1;
--@ system/outer_join
SELECT p.id, v.ctid IS NULL, upper(p.last_name) FROM patients p LEFT JOIN visits v ON v.patient_id = p.id AND v.id < 0 WHERE p.id < 4 ORDER BY p.id;

--@ function/stable_of_the_server
SELECT id, years_old(dob) FROM patients WHERE id < 4 ORDER BY id;
--@ function/stable_once
SELECT id, upper(last_name), days_ago(7) - CURRENT_DATE FROM patients WHERE id < 4 AND dob < days_ago(3) ORDER BY id;
