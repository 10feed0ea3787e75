-- Expressions over sealed and masked columns, aggregates, windows, json, bytea.

--@ expr/concat
SELECT id, last_name || ', ' || first_name AS name FROM patients WHERE id < 6 ORDER BY id;
--@ expr/concat_function
SELECT id, concat(first_name, ' ', last_name, ' <', email, '>') FROM patients WHERE id < 9 ORDER BY id;
--@ expr/concat_ws_format
SELECT concat_ws('/', id, last_name), format('%s (%s)', last_name, dob) FROM patients WHERE id < 4 ORDER BY id;
--@ expr/coalesce
SELECT id, coalesce(ssn, 'unknown'), coalesce(email, phone, '-') FROM patients WHERE id IN (7, 25, 26) ORDER BY id;
--@ expr/nullif
SELECT id, nullif(last_name, 'Schmidt') FROM patients WHERE id < 20 ORDER BY id;
--@ expr/case_simple
SELECT id, CASE last_name WHEN 'Schmidt' THEN 'S' WHEN 'Diaz' THEN 'L' ELSE '-' END FROM patients WHERE id < 40 ORDER BY id;
--@ expr/case_searched
SELECT id, CASE WHEN dob < '1950-01-01' THEN 'senior' WHEN dob IS NULL THEN '?' ELSE 'other' END AS band FROM patients WHERE id < 12 ORDER BY id;
--@ expr/upper_lower_initcap
SELECT upper(last_name), lower(first_name), initcap(city), length(last_name) FROM patients WHERE id < 6 ORDER BY id;
--@ expr/substring_left_right
SELECT left(last_name, 1) || '.', right(ssn, 4), substring(mrn FROM 4), substr(last_name, 2, 3) FROM patients WHERE id < 6 ORDER BY id;
--@ expr/position_split
SELECT position('a' IN last_name), split_part(email, '@', 2), strpos(street, ' ') FROM patients WHERE id < 9 ORDER BY id;
--@ expr/age
SELECT id, age(date '2026-01-01', dob) FROM patients WHERE id < 6 ORDER BY id;
--@ expr/date_part
SELECT id, date_part('year', dob), extract(month FROM dob), extract(dow FROM dob)::int FROM patients WHERE id < 6 ORDER BY id;
--@ expr/date_trunc
SELECT id, date_trunc('month', observed_at), observed_at::date FROM lab_results WHERE id < 6 ORDER BY id;
--@ expr/date_arithmetic
SELECT id, dob + 30, dob - date '1900-01-01', dob + interval '1 month' FROM patients WHERE id < 4 ORDER BY id;
--@ expr/to_char
SELECT id, to_char(dob, 'FMMonth DD, YYYY'), to_char(temperature, '990.00') FROM patients JOIN visits USING (id) WHERE id < 6 ORDER BY id;
--@ expr/numeric_arithmetic
SELECT id, (temperature - 32) * 5 / 9, round(temperature * 1.8 + 32, 1), pulse * 2, -pulse FROM visits WHERE id < 9 ORDER BY id;
--@ expr/dose_arithmetic
SELECT id, dose * pills AS total, dose::float8, dose::int FROM prescriptions WHERE patient_id < 20 ORDER BY id;
--@ expr/division_by_zero
SELECT pulse / (pulse - pulse) FROM visits WHERE id = 11;
--@ expr/user_function
SELECT id, full_name(last_name, first_name), age_on('2026-01-01', dob) FROM patients WHERE id < 5 ORDER BY id;
--@ expr/user_function_in_where
SELECT id FROM patients WHERE age_on('2026-01-01', dob) >= 90 ORDER BY id;
--@ expr/cast_to_text
SELECT dob::text, ssn::text, external_ref::text, temperature::text FROM patients JOIN visits USING (id) WHERE id < 6 ORDER BY id;
--@ expr/cast_to_varchar
SELECT last_name::varchar(3), last_name::char(4), mrn::text FROM patients WHERE id < 5 ORDER BY id;
--@ expr/cast_fails
SELECT last_name::integer FROM patients WHERE id = 3;
--@ expr/bool_operators
SELECT id, fasting AND pulse > 80, NOT fasting, fasting IS NULL, fasting::int FROM visits WHERE id < 9 ORDER BY id;
--@ expr/greatest
SELECT greatest(dob, '1980-01-01'), least(last_name, first_name) FROM patients WHERE id < 6 ORDER BY id;
--@ expr/row_constructor
SELECT ROW(id, last_name) FROM patients WHERE id < 3 ORDER BY id;
--@ expr/whole_row
SELECT p FROM patients p WHERE p.id = 3;
--@ expr/array_constructor
SELECT ARRAY[last_name, first_name] FROM patients WHERE id < 3 ORDER BY id;
--@ expr/timezone
SELECT id, checked_in AT TIME ZONE 'America/New_York' FROM visits WHERE id < 5 ORDER BY id;
--@ expr/now_compared
SELECT count(*) FROM patients WHERE dob < now();
--@ expr/current_user_beside
SELECT current_user = session_user, last_name FROM patients WHERE id = 3;
--@ expr/generate_series_beside
SELECT g, last_name FROM patients, generate_series(1, 2) g WHERE id < 3 ORDER BY id, g;
--@ expr/select_list_parameter
--$text hello
SELECT $1 AS greeting, last_name FROM patients WHERE id = 3;
--@ expr/md5
SELECT md5(last_name), encode(convert_to(first_name, 'UTF8'), 'hex') FROM patients WHERE id = 3;
--@ expr/enum_beside
SELECT sex, sex = 'female', last_name FROM patients WHERE id < 5 ORDER BY id;
--@ expr/domain_beside
SELECT state, state || last_name FROM patients WHERE id < 5 ORDER BY id;
--@ json/operators
SELECT id, emergency ->> 'name', emergency -> 'phones' -> 0 FROM patients WHERE id < 8 ORDER BY id;
--@ json/contains
SELECT id FROM patients WHERE emergency @> '{"relation": "parent"}' ORDER BY id;
--@ json/path
SELECT id FROM lab_results WHERE report @? '$.flags[*] ? (@ == "H")' ORDER BY id;
--@ json/row_to_json
SELECT row_to_json(n) FROM (SELECT id, last_name, dob FROM patients WHERE id < 3 ORDER BY id) n;
--@ json/to_jsonb_whole_row
SELECT to_jsonb(d) - 'visit_id' FROM diagnoses d WHERE d.id = 2;
--@ json/build_object
SELECT jsonb_build_object('name', last_name, 'born', dob) FROM patients WHERE id = 4;
--@ json/agg
SELECT json_agg(last_name ORDER BY id) FROM patients WHERE id < 4;
--@ json/each
SELECT e.key, e.value FROM patients p, jsonb_each(p.emergency) e WHERE p.id = 1 ORDER BY e.key;
--@ bytea/length
SELECT id, length(photo), substring(photo FROM 1 FOR 4) FROM patients WHERE id IN (11, 22) ORDER BY id;
--@ bytea/encode
SELECT encode(photo, 'base64') FROM patients WHERE id = 11;
--@ bytea/like_text
SELECT convert_from(substring(body FROM 1 FOR 14), 'UTF8') FROM documents WHERE patient_id = 20;
--@ agg/count
SELECT count(*), count(ssn), count(DISTINCT last_name) FROM patients;
--@ agg/count_where not=billing
SELECT count(*) FROM patients WHERE last_name = 'Schmidt';
--@ agg/count_filter not=billing
SELECT count(*) FILTER (WHERE last_name = 'Diaz'), count(*) FILTER (WHERE dob > '1990-01-01') FROM patients;
--@ agg/min_max
SELECT min(dob), max(dob), min(last_name), max(temperature) FROM patients JOIN visits USING (id);
--@ agg/sum_avg
SELECT sum(pulse), avg(temperature), stddev(pulse) FROM visits;
--@ agg/untagged
SELECT kind, count(*), sum(fee) FROM visits GROUP BY kind ORDER BY kind;
--@ agg/group_by_sealed
SELECT last_name, count(*) FROM patients GROUP BY last_name;
--@ agg/group_by_sealed_ordered
SELECT last_name, count(*) AS n FROM patients GROUP BY last_name ORDER BY n DESC, last_name LIMIT 5;
--@ agg/group_by_date
SELECT noted_on, count(*) FROM diagnoses GROUP BY noted_on ORDER BY noted_on;
--@ agg/group_by_expression
SELECT extract(year FROM dob)::int / 10 * 10 AS decade, count(*) FROM patients GROUP BY 1 ORDER BY 1;
--@ agg/having
SELECT description, count(*) FROM diagnoses GROUP BY description HAVING count(*) > 25 ORDER BY 2 DESC, 1;
--@ agg/group_by_untagged_with_sealed_aggregate
SELECT p.state, string_agg(p.last_name, ',' ORDER BY p.id) FROM patients p WHERE p.id < 30 GROUP BY p.state ORDER BY p.state;
--@ agg/array_agg
SELECT array_agg(dob ORDER BY id) FROM patients WHERE id < 5;
--@ agg/group_by_primary_key
SELECT p.id, p.last_name, count(v.id) FROM patients p LEFT JOIN visits v ON v.patient_id = p.id WHERE p.id < 8 GROUP BY p.id ORDER BY p.id;
--@ agg/rollup
SELECT state, sex, count(*) FROM patients GROUP BY ROLLUP (state, sex) ORDER BY state NULLS LAST, sex NULLS LAST;
--@ agg/percentile
SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY pulse) FROM visits;
--@ agg/bool_and
SELECT bool_and(fasting), bool_or(fasting), every(pulse > 40) FROM visits;
--@ distinct/sealed
SELECT DISTINCT last_name FROM patients WHERE id < 80;
--@ distinct/two
SELECT DISTINCT last_name, state FROM patients WHERE id < 80;
--@ distinct/ordered
SELECT DISTINCT last_name FROM patients ORDER BY last_name LIMIT 6;
--@ distinct/on_untagged
SELECT DISTINCT ON (patient_id) patient_id, visit_at, reason FROM visits WHERE patient_id < 10 ORDER BY patient_id, visit_at DESC;
--@ distinct/on_sealed
SELECT DISTINCT ON (last_name) last_name, id FROM patients ORDER BY last_name, id LIMIT 5;
--@ distinct/untagged
SELECT DISTINCT state FROM patients ORDER BY state;
--@ window/row_number
SELECT id, row_number() OVER (ORDER BY last_name, id) FROM patients WHERE id < 20 ORDER BY id;
--@ window/partition_by_sealed
SELECT id, count(*) OVER (PARTITION BY last_name) FROM patients WHERE id < 60 ORDER BY id;
--@ window/lag
SELECT id, noted_on, lag(description) OVER (PARTITION BY patient_id ORDER BY id) FROM diagnoses WHERE patient_id < 20 ORDER BY id;
--@ window/first_value
SELECT id, first_value(reason) OVER (PARTITION BY patient_id ORDER BY visit_at) FROM visits WHERE patient_id < 8 ORDER BY id;
--@ window/running_sum
SELECT id, sum(pulse) OVER (ORDER BY id) FROM visits WHERE id < 12 ORDER BY id;
--@ window/untagged
SELECT id, rank() OVER (ORDER BY fee DESC) FROM visits WHERE id < 12 ORDER BY id;
--@ server/grouped_by_current_date
SELECT (CURRENT_DATE - dob) / 3650 AS decade, count(*) FROM patients GROUP BY (CURRENT_DATE - dob) / 3650 ORDER BY 1;
--@ server/grouped_by_age
SELECT date_part('year', age(p.dob)) AS years, count(*) FROM patients p GROUP BY date_part('year', age(dob)) ORDER BY date_part('year', age(dob));
--@ server/grouped_by_now
SELECT now() - dob > interval '40 years', count(*) FROM patients GROUP BY now() - dob > interval '40 years'
ORDER BY now() - dob > interval '40 years';
--@ server/grouped_by_user
SELECT upper(last_name), current_user FROM patients WHERE id < 4 GROUP BY upper(last_name), current_user ORDER BY current_user, 1;
--@ server/setting
SELECT upper(last_name), current_setting('TimeZone'), current_setting('no.such', true) FROM patients WHERE id < 3 ORDER BY 1;
--@ server/setting_parameter
--$text DateStyle
SELECT upper(last_name), current_setting($1) FROM patients WHERE id < 3 ORDER BY 1;
--@ server/setting_of_a_row
SELECT upper(last_name), current_setting(lower(last_name), true) FROM patients WHERE id < 3 ORDER BY 1;
--@ server/setting_wrong
SELECT upper(last_name), current_setting('no.such') FROM patients WHERE id < 3;
--@ server/version
SELECT upper(last_name), version() LIKE 'PostgreSQL%', pg_is_in_recovery() FROM patients WHERE id < 3 ORDER BY 1;
--@ server/random
SELECT upper(last_name), random() BETWEEN 0 AND 1 FROM patients WHERE id < 3 AND random() > -1 ORDER BY random(), 1 LIMIT 0;
--@ server/random_values
SELECT upper(last_name), random() >= 0, gen_random_uuid() IS NULL FROM patients WHERE id < 3 ORDER BY 1;
--@ server/nextval
SELECT upper(last_name), nextval('patients_id_seq') > 0 FROM patients WHERE id = 3;
--@ function/volatile_that_computes
SELECT id, shout(last_name), initials(last_name, first_name) FROM patients WHERE id < 6 ORDER BY shout(last_name), id;
--@ function/volatile_that_computes_where
SELECT id FROM patients WHERE initials(last_name, first_name) > 'M' AND shout(state) <> 'CA!' ORDER BY id;
--@ function/volatile_of_the_server
SELECT id, is_past(dob) FROM patients WHERE id < 6 ORDER BY id;
--@ cast/same_type
SELECT dob::date, (email)::text FROM patients WHERE id < 4 ORDER BY id;
--@ cast/same_type_numeric
SELECT CAST(value AS numeric) FROM lab_results WHERE id < 4 ORDER BY id;
--@ cast/same_type_through_sub_select
SELECT x.d::date FROM (SELECT dob::date AS d, id FROM patients) x WHERE x.id < 4 ORDER BY id;
--@ cast/same_type_compared not=billing
SELECT id FROM patients WHERE dob::date = '1999-10-19' ORDER BY id;
--@ cast/same_type_null
SELECT id FROM patients WHERE email::text IS NULL AND id < 20 ORDER BY id;
--@ cast/same_type_grouped
SELECT dob::date, count(*) FROM patients WHERE id < 4 GROUP BY dob::date ORDER BY 1;
--@ cast/same_type_distinct
SELECT DISTINCT dob::date FROM patients WHERE id < 40;
--@ cast/same_type_count_distinct
SELECT count(DISTINCT dob::date) FROM patients;
--@ cast/same_type_window
SELECT lag(dob::date) OVER (ORDER BY id), count(*) OVER (PARTITION BY dob::date) FROM patients WHERE id < 9 ORDER BY id;
--@ cast/same_type_union
SELECT dob::date FROM patients WHERE id < 4 UNION SELECT dob FROM patients WHERE id < 5;
--@ cast/same_type_in_sub_select
SELECT id FROM patients WHERE dob::date IN (SELECT noted_on::date FROM diagnoses) ORDER BY id;
--@ cast/same_type_joined
SELECT a.id, b.id FROM patients a JOIN patients b ON a.dob::date = b.dob::date AND a.id < b.id ORDER BY 1, 2;
--@ cast/same_type_stored write roles=clinician
UPDATE lab_results SET value = value::numeric WHERE id = 1 RETURNING value::numeric;
UPDATE patients SET (dob, email) = ROW(dob::date, email::text) WHERE id = 1 RETURNING dob, email::text;
UPDATE patients SET dob = coalesce(NULL, dob::date) WHERE id = 1 RETURNING dob;
--@ cte/recursive_union_of_sealed
WITH RECURSIVE chain(id, name, n) AS (SELECT p.id, p.last_name::text, 1 FROM patients p WHERE p.id < 4 UNION
SELECT p.id, p.last_name::text, chain.n + 1 FROM patients p JOIN chain ON p.id = chain.id + 9 WHERE chain.n < 4)
SELECT id, name, n FROM chain ORDER BY 1, 3;
