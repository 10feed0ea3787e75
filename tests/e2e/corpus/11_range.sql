-- Range and order terms: comparisons that buckets narrow, pages that bucket order bounds.

--@ bucket/between
SELECT id, dob FROM patients WHERE dob BETWEEN '1950-01-01' AND '1959-12-31' ORDER BY id;
--@ bucket/half_open
--$date 1950-06-15
--$date 1962-02-03
SELECT id FROM patients WHERE dob >= $1 AND dob < $2 ORDER BY id;
--@ bucket/literal_and_parameter
--$date 1962-02-03
SELECT id FROM patients WHERE dob > '1950-06-15' AND dob <= $1 ORDER BY id;
--@ bucket/reversed_sides
SELECT id FROM patients WHERE '1945-01-01' > dob ORDER BY id;
--@ bucket/strict_edges
SELECT count(*) FROM patients WHERE dob > '1950-12-31' AND dob < '1951-01-01';
--@ bucket/empty_between
SELECT id FROM patients WHERE dob BETWEEN '1960-01-01' AND '1950-01-01';
--@ bucket/symmetric
SELECT id FROM patients WHERE dob BETWEEN SYMMETRIC '1960-01-01' AND '1950-01-01' ORDER BY id;
--@ bucket/not_between
SELECT id FROM patients WHERE dob NOT BETWEEN '1930-01-01' AND '2015-12-31' ORDER BY id;
--@ bucket/negated
SELECT count(*) FROM patients WHERE NOT (dob > '1950-01-01');
--@ bucket/null_bound
--$date \N
SELECT id FROM patients WHERE dob > $1;
--@ bucket/null_bound_under_not
--$date \N
SELECT count(*) FROM patients WHERE NOT (dob > $1) OR id = 3;
--@ bucket/infinities
SELECT count(*) FROM patients WHERE dob > '-infinity' AND dob < 'infinity';
--@ bucket/far_years
SELECT count(*) FROM patients WHERE dob < '0044-03-15 BC' OR dob > '3000-01-01';
--@ bucket/before_the_scale
SELECT id FROM patients WHERE dob < '1936-06-01' ORDER BY id;
--@ bucket/timestamp_bound
SELECT count(*) FROM diagnoses WHERE noted_on > timestamp '2025-03-01 12:00' AND noted_on < timestamp '2025-09-01 00:00:01';
--@ bucket/zoned_bound
SELECT count(*) FROM diagnoses WHERE noted_on >= timestamptz '2025-03-01 12:00+02';
--@ bucket/timestamps
SELECT id, observed_at FROM lab_results WHERE observed_at >= '2025-02-01' AND observed_at < '2025-03-01' ORDER BY id;
--@ bucket/timestamp_by_date
SELECT count(*) FROM lab_results WHERE observed_at <= date '2025-03-01';
--@ bucket/week_of_moment
SELECT id FROM visits WHERE checked_in BETWEEN '2025-03-03 00:00+00' AND '2025-03-09 23:59:59+00' ORDER BY id;
--@ bucket/moments_from
SELECT count(*) FROM visits WHERE checked_in > '2025-06-01 00:00+00';
--@ bucket/temperature
SELECT id, temperature FROM visits WHERE temperature >= 38.5 ORDER BY id;
--@ bucket/temperature_integer
SELECT count(*) FROM visits WHERE temperature > 98;
--@ bucket/temperature_parameter
--$numeric 99.1
--$numeric 101.5
SELECT id FROM visits WHERE temperature BETWEEN $1 AND $2 ORDER BY id;
--@ bucket/temperature_nan
SELECT count(*) FROM visits WHERE temperature < 'NaN';
--@ bucket/pulse
SELECT id, pulse FROM visits WHERE pulse > 90 AND pulse <= 100 ORDER BY id;
--@ bucket/pulse_by_fraction
SELECT count(*) FROM visits WHERE pulse > 71.5;
--@ bucket/pulse_by_float
SELECT count(*) FROM visits WHERE pulse > 71.5::float8;
--@ bucket/pulse_far
SELECT count(*) FROM visits WHERE pulse < 4000000000 AND pulse > -5;
--@ bucket/pulse_equal
SELECT id FROM visits WHERE pulse = 72 ORDER BY id;
--@ bucket/pulse_in
--$int4 72
SELECT id FROM visits WHERE pulse IN (60, $1, 4000, NULL) ORDER BY id;
--@ bucket/pulse_any
--$int4[] {60,61,72}
SELECT id FROM visits WHERE pulse = ANY ($1) ORDER BY id;
--@ bucket/pulse_distinct
SELECT count(*) FROM visits WHERE pulse IS DISTINCT FROM 72;
--@ bucket/log_values
SELECT id, value FROM lab_results WHERE value > 100 OR (value < 2 AND value > 1) ORDER BY id;
--@ bucket/log_of_zero
SELECT count(*) FROM lab_results WHERE value >= 0 AND value < 0.001;
--@ bucket/two_columns
SELECT p.id, v.id FROM patients p JOIN visits v ON v.patient_id = p.id WHERE p.dob < '1945-01-01' AND v.pulse > 80 ORDER BY 2;
--@ bucket/columns_compared
SELECT count(*) FROM patients p JOIN diagnoses d ON d.patient_id = p.id WHERE d.noted_on > p.dob;
--@ bucket/left_join
SELECT p.id, count(v.id) FROM patients p LEFT JOIN visits v ON v.patient_id = p.id AND v.pulse > 95 WHERE p.dob > '1990-01-01' GROUP BY p.id ORDER BY p.id;
--@ bucket/exists
SELECT id FROM patients p WHERE EXISTS (SELECT 1 FROM visits v WHERE v.patient_id = p.id AND v.pulse BETWEEN 99 AND 120) ORDER BY id;
--@ bucket/not_exists
SELECT count(*) FROM patients p WHERE NOT EXISTS (SELECT 1 FROM visits v WHERE v.patient_id = p.id AND v.pulse > 70);
--@ bucket/arithmetic
SELECT count(*) FROM patients WHERE dob > date '1990-01-01' - 365 AND dob + 10 < '2001-01-01';
--@ bucket/in_case
SELECT CASE WHEN dob < '1950-01-01' THEN 'old' ELSE 'young' END AS band, count(*) FROM patients GROUP BY 1 ORDER BY 1;
--@ bucket/of_view
SELECT id FROM patient_names WHERE dob BETWEEN '1970-01-01' AND '1975-01-01' ORDER BY id;
--@ bucket/aggregate
SELECT min(dob), max(dob), count(*) FROM patients WHERE dob >= '1980-01-01';
--@ bucket/update_then_found write
UPDATE patients SET dob = '1941-02-03' WHERE id = 5;
SELECT id FROM patients WHERE dob BETWEEN '1941-01-01' AND '1941-12-31' AND id < 9;
--@ bucket/insert_then_found write not=billing
INSERT INTO visits (id, patient_id, practitioner_id, visit_at, kind, pulse, temperature, checked_in) VALUES (90001, 3, 1, '2025-01-01', 'acute', 199, 107.5, '2031-02-03 04:05+00');
SELECT id FROM visits WHERE pulse > 190;
SELECT id FROM visits WHERE temperature > 107 ORDER BY id;
--@ bucket/wrong_value
SELECT id FROM patients WHERE dob > 'no date';
--@ bucket/wrong_parameter
--$ 1950-13-01
SELECT id FROM patients WHERE dob > $1;

--@ pages/first_names
SELECT id, last_name, first_name FROM patients ORDER BY last_name, first_name, id LIMIT 10;
--@ pages/later
SELECT id, last_name FROM patients ORDER BY last_name, id LIMIT 7 OFFSET 33;
--@ pages/descending
SELECT id, last_name FROM patients ORDER BY last_name DESC, id DESC LIMIT 12 OFFSET 4;
--@ pages/parameters
--$int8 5
--$int8 20
SELECT id, last_name FROM patients WHERE id > 10 ORDER BY last_name, id LIMIT $1 OFFSET $2;
--@ pages/null_limit
--$int8 \N
--$int8 \N
SELECT id FROM patients ORDER BY last_name, id LIMIT $1 OFFSET $2;
--@ pages/beyond_the_end
SELECT id FROM patients ORDER BY last_name, id LIMIT 10 OFFSET 100000;
--@ pages/huge_limit
SELECT id FROM patients WHERE id < 12 ORDER BY last_name, id LIMIT 9223372036854775807 OFFSET 9223372036854775807;
--@ pages/negative
SELECT id FROM patients ORDER BY last_name, id LIMIT -1;
--@ pages/negative_offset
SELECT id FROM patients ORDER BY last_name, id LIMIT 3 OFFSET -1;
--@ pages/zero
SELECT id FROM patients ORDER BY last_name, id LIMIT 0;
--@ pages/with_ties unordered
SELECT id, last_name FROM patients ORDER BY last_name FETCH FIRST 3 ROWS WITH TIES;
--@ pages/filtered
SELECT id, last_name FROM patients WHERE city = 'Boston' OR zip LIKE '02%' ORDER BY last_name, id LIMIT 6;
--@ pages/filtered_by_equality not=billing
SELECT id, last_name FROM patients WHERE last_name = 'Schmidt' ORDER BY last_name, id LIMIT 2;
--@ pages/residual
SELECT id, last_name FROM patients WHERE last_name LIKE '%e%' ORDER BY last_name, id LIMIT 6;
--@ pages/latest_values
SELECT id, observed_at FROM lab_results ORDER BY observed_at DESC NULLS LAST, id LIMIT 8;
--@ pages/nulls_first
SELECT id, observed_at FROM lab_results ORDER BY observed_at NULLS FIRST, id LIMIT 8;
--@ pages/nulls_first_descending
SELECT id, observed_at FROM lab_results ORDER BY observed_at DESC, id LIMIT 8 OFFSET 3;
--@ pages/plain_then_sealed
SELECT id, last_name FROM patients ORDER BY practitioner_id, last_name, id LIMIT 9;
--@ pages/computed_by_id
SELECT id, upper(last_name) FROM patients ORDER BY id DESC LIMIT 5;
--@ pages/sorted_by_expression
SELECT id FROM patients ORDER BY upper(last_name), id LIMIT 5;
--@ pages/plain_then_expression
SELECT id FROM patients ORDER BY vip, lower(last_name), id LIMIT 5;
--@ pages/two_relations
SELECT p.id, v.id FROM patients p JOIN visits v ON v.patient_id = p.id ORDER BY p.last_name, v.id LIMIT 9;
--@ pages/with_sub_select
SELECT id, (SELECT count(*) FROM visits v WHERE v.patient_id = p.id AND v.pulse > 70) FROM patients p ORDER BY last_name, id LIMIT 6;
--@ pages/of_a_sub_select
SELECT s.id FROM (SELECT id, last_name FROM patients ORDER BY last_name, id LIMIT 6) s ORDER BY s.id;
--@ pages/set_returning
SELECT id, generate_series(1, 2) FROM patients ORDER BY last_name, id, 2 LIMIT 5;
--@ pages/groups
SELECT last_name, count(*) FROM patients GROUP BY last_name ORDER BY last_name LIMIT 5;
--@ pages/window
SELECT id, rank() OVER (ORDER BY last_name) FROM patients ORDER BY last_name, id LIMIT 5;
