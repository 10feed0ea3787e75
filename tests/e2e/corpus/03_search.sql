-- Case, patterns, ranges, sorting and paging: every patient screen.

--@ fold/lower_eq
--$ flores
SELECT id, last_name FROM patients WHERE lower(last_name) = lower($1) ORDER BY id;
--@ fold/lower_eq_literal
SELECT id FROM patients WHERE lower(last_name) = 'flores' ORDER BY id;
--@ fold/upper_eq
SELECT id FROM patients WHERE upper(last_name) = upper('flores') ORDER BY id;
--@ fold/upper_eq_accent
SELECT id FROM patients WHERE upper(last_name) = 'MÜLLER' ORDER BY id;
--@ fold/ilike_whole
SELECT id FROM patients WHERE first_name ILIKE 'mary' ORDER BY id;
--@ fold/ilike_accent
SELECT id FROM patients WHERE first_name ILIKE 'JOSÉ' ORDER BY id;
--@ fold/lower_email
SELECT id, email FROM patients WHERE lower(email) = 'mary.10@example.org';
--@ fold/lower_both_names
SELECT id FROM patients WHERE lower(last_name) = 'diaz' AND lower(first_name) = 'lu' ORDER BY id;
--@ fold/trim_lower
SELECT id FROM patients WHERE trim(lower(last_name)) = 'diaz' ORDER BY id;
--@ like/prefix
--$ Fl%
SELECT id, last_name FROM patients WHERE last_name LIKE $1 ORDER BY id;
--@ like/prefix_literal
SELECT id FROM patients WHERE last_name LIKE 'Mc%' OR last_name LIKE 'Mac%' ORDER BY id;
--@ like/contains
SELECT id, last_name FROM patients WHERE last_name LIKE '%ber%' ORDER BY id;
--@ like/suffix
SELECT id FROM patients WHERE last_name LIKE '%son' ORDER BY id;
--@ like/underscore
SELECT id, last_name FROM patients WHERE last_name LIKE 'M_ier' ORDER BY id;
--@ like/escape
SELECT id FROM patients WHERE last_name LIKE 'O''B%' ESCAPE '!' ORDER BY id;
--@ like/percent_only
SELECT count(*) FROM patients WHERE last_name LIKE '%';
--@ like/empty
SELECT count(*) FROM patients WHERE last_name LIKE '';
--@ like/not_like
SELECT count(*) FROM patients WHERE last_name NOT LIKE 'S%';
--@ like/ilike_prefix
--$ sch%
SELECT id FROM patients WHERE last_name ILIKE $1 ORDER BY id;
--@ like/ilike_contains
SELECT id FROM patients WHERE last_name ILIKE '%MAN%' OR first_name ILIKE '%ann%' ORDER BY id;
--@ like/lower_prefix
--$ wil%
SELECT id, last_name FROM patients WHERE lower(last_name) LIKE $1 ORDER BY id;
--@ like/upper_contains
SELECT id FROM patients WHERE UPPER(last_name::text) LIKE UPPER('%iller%') ORDER BY id;
--@ like/lower_concat_parameter
--$text rod
SELECT id FROM patients WHERE lower(last_name) LIKE lower($1) || '%' ORDER BY id;
--@ like/one_letter
SELECT id FROM patients WHERE last_name LIKE 'L%' ORDER BY id;
--@ like/unsearchable_column
SELECT id FROM patients WHERE street LIKE '%Oak%' ORDER BY id;
--@ like/reason
SELECT id FROM visits WHERE reason LIKE '%pain%' AND id < 200 ORDER BY id;
--@ like/joined
SELECT p.id, v.reason FROM patients p JOIN visits v ON v.patient_id = p.id WHERE p.last_name ILIKE 'a%' AND v.reason ILIKE '%check%' ORDER BY v.id;
--@ like/search_box
--$text %diaz%
SELECT id, last_name, first_name FROM patients WHERE last_name ILIKE $1 OR first_name ILIKE $1 OR email ILIKE $1 OR mrn ILIKE $1 ORDER BY id;
--@ like/any_array
SELECT id FROM patients WHERE last_name LIKE ANY (ARRAY['Mc%', 'Van%', 'de %']) ORDER BY id;
--@ like/similar_to
SELECT id FROM patients WHERE last_name SIMILAR TO '(Meier|Meyer|Ma(i|y)er)' ORDER BY id;
--@ like/null_pattern
--$text \N
SELECT count(*) FROM patients WHERE last_name LIKE $1;
--@ regex/match
SELECT id, last_name FROM patients WHERE last_name ~ '^M[ae][iy]er$' ORDER BY id;
--@ regex/case_insensitive
SELECT id FROM patients WHERE last_name ~* '\mbrien' ORDER BY id;
--@ regex/not
SELECT count(*) FROM patients WHERE last_name !~ '^[A-M]';
--@ regex/invalid
SELECT id FROM patients WHERE last_name ~ '(';
--@ regex/replace
SELECT id, regexp_replace(last_name, '[aeiou]', '.', 'g') FROM patients WHERE id < 5 ORDER BY id;
--@ range/dob_between
--$date 1940-01-01
--$date 1949-12-31
SELECT id, dob FROM patients WHERE dob BETWEEN $1 AND $2 ORDER BY id;
--@ range/dob_less
SELECT count(*) FROM patients WHERE dob < '1950-01-01';
--@ range/dob_greater_equal
SELECT id FROM patients WHERE dob >= date '2015-06-01' ORDER BY id;
--@ range/dob_arithmetic
SELECT id FROM patients WHERE dob > date '2020-01-01' - interval '10 years' ORDER BY id;
--@ range/visit_at_untagged
SELECT id, kind FROM visits WHERE visit_at >= '2020-01-05 00:00+00' AND visit_at < '2020-01-05 12:00+00' ORDER BY id;
--@ range/temperature
SELECT id, temperature FROM visits WHERE temperature > 39.5 ORDER BY id;
--@ range/lab_value
SELECT id, value FROM lab_results WHERE value BETWEEN 50 AND 60.5 ORDER BY id;
--@ range/name
SELECT id, last_name FROM patients WHERE last_name >= 'W' AND last_name < 'Z' ORDER BY id;
--@ range/pulse_sum
SELECT id FROM visits WHERE pulse + 10 > 125 ORDER BY id;
--@ range/between_symmetric
SELECT count(*) FROM patients WHERE dob BETWEEN SYMMETRIC date '1980-01-01' AND date '1970-01-01';
--@ order/last_name
SELECT id, last_name, first_name FROM patients ORDER BY last_name, first_name, id LIMIT 10;
--@ order/page_two
--$int8 10
--$int8 10
SELECT id, last_name FROM patients ORDER BY last_name, id LIMIT $1 OFFSET $2;
--@ order/descending_nulls_last
SELECT id, ssn FROM patients ORDER BY ssn DESC NULLS LAST, id LIMIT 8;
--@ order/by_position
SELECT last_name, id FROM patients WHERE id < 30 ORDER BY 1, 2;
--@ order/by_alias
SELECT last_name AS name, id FROM patients WHERE id < 30 ORDER BY name, id;
--@ order/by_expression
SELECT id FROM patients WHERE id < 30 ORDER BY lower(last_name) DESC, id;
--@ order/dob_limit
SELECT id, dob FROM patients ORDER BY dob, id LIMIT 5;
--@ order/untagged_key
SELECT id, last_name FROM patients ORDER BY registered_at DESC LIMIT 5;
--@ order/limit_without_order_on_key
SELECT last_name FROM patients WHERE id = 5 LIMIT 1;
--@ order/fetch_first
SELECT id, last_name FROM patients ORDER BY id FETCH FIRST 3 ROWS ONLY;
--@ order/fetch_with_ties unordered
SELECT id, kind FROM visits ORDER BY kind FETCH FIRST 1 ROW WITH TIES;
--@ order/limit_zero
SELECT last_name FROM patients ORDER BY last_name LIMIT 0;
--@ order/limit_all_offset
SELECT last_name, id FROM patients WHERE id < 12 ORDER BY id LIMIT ALL OFFSET 7;
--@ order/filtered_and_paged
SELECT id, last_name FROM patients WHERE state = 'CA' AND last_name ILIKE '%r%' ORDER BY last_name, first_name, id LIMIT 5;
--@ order/collate_c
SELECT id FROM patients WHERE id < 30 ORDER BY last_name COLLATE "C", id;
--@ order/using_joined
SELECT p.last_name, v.visit_at FROM visits v JOIN patients p ON p.id = v.patient_id ORDER BY v.visit_at DESC LIMIT 6;
--@ order/count_and_page
SELECT count(*) OVER () AS total, id, last_name FROM patients WHERE last_name LIKE 'S%' ORDER BY last_name, id LIMIT 4;
--@ search/ssn_as_text roles=clinician
SELECT id, last_name FROM patients WHERE ssn = '992-96-5806'::text;
SELECT id, last_name FROM patients WHERE ssn = '992-96-5806   '::text;
SELECT id, last_name FROM patients WHERE '992-96-5806'::text = ssn AND id > 0;
SELECT id, last_name FROM patients WHERE ssn = '992-96-5806 and more'::text;
SELECT id, last_name FROM patients WHERE ssn = ''::text;
SELECT id, last_name FROM patients WHERE ssn::text = NULL::text;
--@ search/ssn_as_text_parameter roles=clinician
--$text 992-96-5806
SELECT id, last_name FROM patients WHERE ssn = $1;
