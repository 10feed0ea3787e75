-- Sealed and masked columns that are grouped, made distinct, counted, partitioned, or compared by set
-- operations and IN (SELECT …): the server does it over equality terms where it can.

--@ groups/count_by_name
SELECT last_name, count(*) FROM patients GROUP BY last_name;
--@ groups/top_names
SELECT last_name, count(*) AS n FROM patients GROUP BY last_name HAVING count(*) > 2 ORDER BY n DESC, min(id) LIMIT 5;
--@ groups/two_keys_alias_number
SELECT p.last_name AS n, city, count(*), min(id) FROM patients p GROUP BY n, 2 ORDER BY 4;
--@ groups/nulls
SELECT ssn IS NULL, ssn, count(*) FROM patients GROUP BY ssn HAVING count(*) > 1 OR ssn IS NULL;
--@ groups/having_by_value
SELECT mrn, count(*) FROM patients WHERE id < 9 GROUP BY mrn HAVING mrn <> 'M100003' AND mrn IS NOT NULL;
--@ groups/having_in not=billing
SELECT last_name, count(*) FROM patients GROUP BY last_name HAVING last_name IN ('Schmidt', 'Diaz');
--@ groups/key_not_shown
SELECT count(*), max(id) FROM patients GROUP BY last_name ORDER BY 1, 2;
--@ groups/spellings_of_numbers
SELECT value, count(*) FROM lab_results WHERE id < 40 GROUP BY value HAVING count(*) > 0 ORDER BY value;
--@ groups/spellings_counted
SELECT count(*) FROM lab_results GROUP BY value ORDER BY 1;
--@ groups/scaled_numbers
SELECT dose, count(*) FROM prescriptions GROUP BY dose;
--@ groups/dates
SELECT dob, count(*) FROM patients GROUP BY dob HAVING count(*) > 1;
--@ groups/small_numbers
SELECT severity, noted_on, count(*) FROM diagnoses GROUP BY severity, noted_on ORDER BY count(*) DESC, min(id) LIMIT 9;
--@ groups/char_n
SELECT ssn, count(*) FROM patients WHERE id < 30 GROUP BY ssn;
--@ groups/booleans
SELECT abnormal, count(*) FROM lab_results GROUP BY abnormal;
--@ groups/uuids
SELECT external_ref, count(*) FROM patients WHERE id < 40 GROUP BY external_ref;
--@ groups/rollup
SELECT last_name, count(*) FROM patients WHERE id < 20 GROUP BY ROLLUP (last_name) ORDER BY 1 NULLS LAST;
--@ groups/grouping_sets
SELECT last_name, sex, count(*), grouping(last_name) FROM patients WHERE id < 12 GROUP BY GROUPING SETS ((last_name), (sex), ()) ORDER BY 1, 2;
--@ groups/by_expression
SELECT upper(last_name), count(*) FROM patients GROUP BY upper(last_name) HAVING count(*) > 3 ORDER BY 1;
--@ groups/key_twice
SELECT last_name, count(*) FROM patients WHERE id < 30 GROUP BY last_name, last_name;
--@ groups/row_key
SELECT last_name, first_name, count(*) FROM patients WHERE id < 30 GROUP BY (last_name, first_name);
--@ groups/primary_key
SELECT p.id, p.last_name, p.dob, count(v.id) FROM patients p LEFT JOIN visits v ON v.patient_id = p.id WHERE p.id < 9 GROUP BY p.id ORDER BY p.id;
--@ groups/of_a_join
SELECT d.description, count(*), count(DISTINCT p.last_name) FROM diagnoses d JOIN patients p ON p.id = d.patient_id GROUP BY d.description;
--@ groups/of_a_view
SELECT last_name, count(*) FROM patient_names GROUP BY last_name HAVING count(*) > 2;
--@ groups/of_a_sub_select
SELECT s.n, count(*) FROM (SELECT last_name AS n FROM patients WHERE id < 60) s GROUP BY s.n;
--@ groups/of_a_cte
WITH p AS (SELECT last_name, city FROM patients) SELECT last_name, count(DISTINCT city) FROM p GROUP BY last_name;
--@ groups/inside_sub_select
SELECT count(*), max(s.n) FROM (SELECT last_name, count(*) AS n FROM patients GROUP BY last_name) s;
--@ groups/found_again
SELECT p.id, p.last_name FROM patients p JOIN (SELECT last_name FROM patients GROUP BY last_name HAVING count(*) = 2) d ON d.last_name = p.last_name ORDER BY p.id;
--@ groups/correlated_key
SELECT p.mrn, (SELECT count(*) FROM patients q WHERE q.mrn = p.mrn) FROM patients p WHERE p.id < 9 GROUP BY p.mrn;
--@ groups/lag_of_groups
SELECT count(*), lag(last_name) OVER (ORDER BY min(id)) FROM patients WHERE id < 30 GROUP BY last_name ORDER BY min(id);
--@ groups/aggregate_needs_values
SELECT last_name, min(first_name), string_agg(mrn, ',' ORDER BY id) FROM patients WHERE id < 40 GROUP BY last_name ORDER BY 1;
--@ groups/array_agg
SELECT city, array_agg(last_name ORDER BY id) FROM patients WHERE id < 12 GROUP BY city ORDER BY 1;
--@ groups/case_of_key not=billing
SELECT CASE WHEN last_name = 'Schmidt' THEN 1 ELSE 2 END, count(*) FROM patients GROUP BY last_name ORDER BY 1, 2;
--@ groups/parameter not=billing
--$ Schmidt
SELECT last_name, count(*) FROM patients WHERE last_name = $1 GROUP BY last_name;

--@ distinct/name
SELECT DISTINCT last_name FROM patients;
--@ distinct/name_and_city
SELECT DISTINCT last_name, city FROM patients WHERE id < 80;
--@ distinct/ordered_by_plain
SELECT DISTINCT id % 3 AS r, city FROM patients ORDER BY r, city;
--@ distinct/sealed_ordered_by_plain
SELECT DISTINCT id, last_name FROM patients WHERE id < 30 ORDER BY id DESC LIMIT 7;
--@ distinct/star
SELECT DISTINCT * FROM prescriptions WHERE patient_id < 30;
--@ distinct/star_of_join
SELECT DISTINCT p.* FROM insurance p JOIN payers y ON y.id = p.payer_id WHERE p.patient_id < 20;
--@ distinct/nulls
SELECT DISTINCT ssn, phone FROM patients WHERE id < 40;
--@ distinct/spellings
SELECT DISTINCT value FROM lab_results WHERE id < 60 ORDER BY 1;
--@ distinct/counted_spellings
SELECT count(DISTINCT value), count(DISTINCT dose) FROM lab_results, prescriptions WHERE lab_results.id < 9;
--@ distinct/count
SELECT count(DISTINCT last_name), count(DISTINCT dob), count(DISTINCT ssn), count(ssn), count(*) FROM patients;
--@ distinct/count_filter
SELECT sex, count(DISTINCT last_name) FILTER (WHERE id < 50) FROM patients GROUP BY sex;
--@ distinct/on
SELECT count(*) FROM (SELECT DISTINCT ON (last_name) last_name, id FROM patients) s;
--@ distinct/on_two
SELECT count(*) FROM (SELECT DISTINCT ON (city, last_name) id FROM patients ORDER BY city) s;
--@ distinct/on_ordered
SELECT DISTINCT ON (last_name) last_name, id FROM patients WHERE id < 60 ORDER BY last_name, id;
--@ distinct/in_cte
WITH n AS (SELECT DISTINCT last_name FROM patients) SELECT count(*) FROM n;
--@ distinct/of_grouped
SELECT DISTINCT last_name FROM patients GROUP BY last_name, city;
--@ distinct/by_expression
SELECT DISTINCT left(last_name, 1) FROM patients ORDER BY 1;
--@ distinct/sub_select_in_list
SELECT id FROM patients WHERE last_name IN (SELECT DISTINCT last_name FROM patients WHERE id < 4) ORDER BY id;

--@ partition/row_number
SELECT id, last_name, row_number() OVER (PARTITION BY last_name ORDER BY id) FROM patients WHERE id < 60 ORDER BY id;
--@ partition/named
SELECT id, count(*) OVER w, rank() OVER (w ORDER BY id) FROM patients WINDOW w AS (PARTITION BY last_name, city) ORDER BY id LIMIT 40;
--@ partition/two_windows
SELECT id, count(*) OVER (PARTITION BY last_name), count(*) OVER (PARTITION BY dob), sum(id) OVER (PARTITION BY last_name) FROM patients WHERE id < 40 ORDER BY id;
--@ partition/expression
SELECT id, count(*) OVER (PARTITION BY lower(last_name)) FROM patients WHERE id < 40 ORDER BY id;
--@ partition/latest_of_each
SELECT s.id, s.last_name FROM (SELECT id, last_name, row_number() OVER (PARTITION BY last_name ORDER BY id DESC) AS r FROM patients) s WHERE s.r = 1 ORDER BY s.id LIMIT 20;
--@ partition/by_group
SELECT last_name, count(*), sum(count(*)) OVER (PARTITION BY last_name) FROM patients WHERE id < 40 GROUP BY last_name;
--@ partition/ordered_by_sealed
SELECT id, rank() OVER (PARTITION BY city ORDER BY last_name) FROM patients WHERE id < 40 ORDER BY id;
--@ choose/lag_lead
SELECT id, lag(last_name) OVER (ORDER BY id), lead(mrn, 2) OVER (ORDER BY id) FROM patients WHERE id < 12 ORDER BY id;
--@ choose/lag_default
SELECT id, lag(last_name, 1, 'nobody') OVER (ORDER BY id) FROM patients WHERE id < 12 ORDER BY id;
--@ choose/first_last_nth
SELECT id, first_value(dob) OVER w, last_value(phone) OVER w, nth_value(ssn, 3) OVER w FROM patients WHERE id < 12 WINDOW w AS (ORDER BY id ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING) ORDER BY id;
--@ choose/lag_compared
SELECT s.id FROM (SELECT id, lag(last_name) OVER (ORDER BY id) AS before FROM patients) s WHERE s.before = 'Schmidt' ORDER BY s.id;
--@ choose/changed_since
SELECT s.id FROM (SELECT id, last_name, lag(last_name) OVER (ORDER BY id) AS before FROM patients WHERE id < 30) s WHERE s.before IS DISTINCT FROM s.last_name ORDER BY s.id;

--@ sets/union
SELECT last_name FROM patients WHERE id < 20 UNION SELECT last_name FROM patients WHERE id > 10 AND id < 40;
--@ sets/union_of_three
SELECT last_name, city FROM patients WHERE id < 9 UNION SELECT last_name, city FROM patients WHERE id < 12 UNION ALL SELECT last_name, city FROM patients WHERE id < 3;
--@ sets/union_distinct_last
SELECT last_name FROM patients WHERE id < 9 UNION ALL SELECT last_name FROM patients WHERE id < 12 UNION SELECT last_name FROM patients WHERE id < 3;
--@ sets/union_with_limit
(SELECT id, mrn FROM patients ORDER BY id LIMIT 4) UNION (SELECT id, mrn FROM patients ORDER BY id LIMIT 6) ORDER BY id DESC LIMIT 5;
--@ sets/union_with_literal
SELECT last_name FROM patients WHERE id < 5 UNION SELECT 'Nobody';
--@ sets/union_with_null
SELECT ssn FROM patients WHERE id < 40 UNION SELECT NULL;
--@ sets/union_ordered
SELECT last_name FROM patients WHERE id < 20 UNION SELECT first_name FROM patients WHERE id < 20 ORDER BY 1;
--@ sets/intersect
SELECT last_name FROM patients WHERE id < 30 INTERSECT SELECT last_name FROM patients WHERE id > 20;
--@ sets/intersect_nulls
SELECT ssn, phone FROM patients WHERE id < 60 INTERSECT SELECT ssn, phone FROM patients WHERE id > 20;
--@ sets/intersect_all
SELECT last_name FROM patients WHERE id < 60 INTERSECT ALL SELECT last_name FROM patients WHERE id > 20;
--@ sets/except
SELECT last_name FROM patients EXCEPT SELECT last_name FROM patients WHERE id > 20;
--@ sets/except_typed
SELECT id, mrn FROM patients WHERE id < 20 EXCEPT SELECT v.id, p.mrn FROM visits v JOIN patients p ON p.id = v.patient_id ORDER BY id;
--@ sets/except_literal
SELECT id, mrn FROM patients WHERE id < 20 EXCEPT SELECT 3, 'M100003' ORDER BY id;
--@ sets/mixed
SELECT last_name FROM patients WHERE id < 30 UNION (SELECT last_name FROM patients WHERE id < 40 EXCEPT SELECT last_name FROM patients WHERE id < 20);
--@ sets/with_cte
WITH a AS (SELECT last_name FROM patients WHERE id < 30) SELECT last_name FROM a EXCEPT SELECT last_name FROM patients WHERE id BETWEEN 10 AND 20;
--@ sets/in_sub_select
SELECT count(*) FROM (SELECT last_name, dob FROM patients UNION SELECT last_name, dob FROM patients) s;
--@ sets/spellings
SELECT value FROM lab_results WHERE id < 9 UNION SELECT value FROM lab_results WHERE id < 12 ORDER BY 1;
--@ sets/grouped_arms
SELECT last_name, count(*) FROM patients WHERE id < 40 GROUP BY last_name EXCEPT SELECT last_name, count(*) FROM patients WHERE id < 60 GROUP BY last_name;

--@ in/sub_select
SELECT id FROM patients WHERE last_name IN (SELECT last_name FROM patients WHERE id < 5) ORDER BY id;
--@ in/not
SELECT id FROM patients WHERE mrn NOT IN (SELECT mrn FROM patients WHERE id > 20) ORDER BY id;
--@ in/not_with_nulls
SELECT count(*) FROM patients WHERE ssn NOT IN (SELECT ssn FROM patients WHERE id > 20);
--@ in/any_all
SELECT id FROM patients WHERE dob = ANY (SELECT dob FROM patients WHERE id < 4) AND mrn <> ALL (SELECT mrn FROM patients WHERE id = 2) ORDER BY id;
--@ in/row
SELECT id FROM patients WHERE (last_name, dob) IN (SELECT last_name, dob FROM patients WHERE id < 4) ORDER BY id;
--@ in/grouped
SELECT id FROM patients WHERE last_name IN (SELECT last_name FROM patients GROUP BY last_name HAVING count(*) = 1) ORDER BY id;
--@ in/correlated
SELECT p.id FROM patients p WHERE p.last_name IN (SELECT q.last_name FROM patients q WHERE q.id <> p.id) ORDER BY p.id LIMIT 30;
--@ in/other_fields
SELECT id FROM patients WHERE last_name IN (SELECT first_name FROM patients) ORDER BY id;
--@ in/star
SELECT id FROM patients WHERE mrn IN (SELECT * FROM (SELECT mrn FROM patients WHERE id < 4) s) ORDER BY id;
