-- Joins, views, sub-queries, set operations.

--@ join/plain_key
SELECT p.last_name, v.visit_at, v.kind FROM patients p JOIN visits v ON v.patient_id = p.id WHERE p.id = 12 ORDER BY v.id;
--@ join/three_tables
SELECT p.last_name, d.description, dr.last_name AS doctor
FROM patients p JOIN visits v ON v.patient_id = p.id JOIN diagnoses d ON d.visit_id = v.id
JOIN practitioners dr ON dr.id = v.practitioner_id WHERE p.id < 15 ORDER BY d.id;
--@ join/left
SELECT p.id, p.last_name, i.member_no FROM patients p LEFT JOIN insurance i ON i.patient_id = p.id WHERE p.id < 20 ORDER BY p.id;
--@ join/right
SELECT i.member_no, p.first_name FROM insurance i RIGHT JOIN patients p ON p.id = i.patient_id WHERE p.id < 20 ORDER BY p.id;
--@ join/full
SELECT p.id, a.id FROM patients p FULL JOIN appointments a ON a.patient_id = p.id AND a.status = 'done' WHERE p.id < 9 ORDER BY p.id;
--@ join/using
SELECT patient_id, member_no, count(*) FROM insurance JOIN visits USING (patient_id) WHERE patient_id < 6 GROUP BY patient_id, member_no ORDER BY 1;
--@ join/natural
SELECT count(*) FROM insurance NATURAL JOIN consents;
--@ join/cross_lateral
SELECT p.id, last.visit_at, last.reason FROM patients p CROSS JOIN LATERAL
(SELECT visit_at, reason FROM visits v WHERE v.patient_id = p.id ORDER BY visit_at DESC LIMIT 1) last WHERE p.id < 10 ORDER BY p.id;
--@ join/self_on_name
SELECT a.id, b.id FROM patients a JOIN patients b ON a.last_name = b.last_name AND a.id < b.id WHERE a.id < 20 ORDER BY 1, 2;
--@ join/self_on_dob
SELECT count(*) FROM patients a JOIN patients b ON a.dob = b.dob AND a.id <> b.id;
--@ join/two_fields
SELECT p.id, dr.id FROM patients p JOIN practitioners dr ON dr.last_name = p.last_name WHERE p.id < 30 ORDER BY 1, 2;
--@ join/comma
SELECT p.last_name, py.name FROM patients p, insurance i, payers py WHERE i.patient_id = p.id AND py.id = i.payer_id AND p.id < 8 ORDER BY p.id;
--@ join/other_schema
SELECT p.last_name, inv.amount, inv.memo FROM billing.invoices inv JOIN public.patients p ON p.id = inv.patient_id WHERE inv.id < 10 ORDER BY inv.id;
--@ join/on_expression
SELECT p.id, v.id FROM patients p JOIN visits v ON v.patient_id = p.id AND lower(v.reason) = 'headache' ORDER BY 1, 2;
--@ join/outer_with_sealed_condition
SELECT p.id, v.id FROM patients p LEFT JOIN visits v ON v.patient_id = p.id AND v.temperature = 38.0 WHERE p.id < 12 ORDER BY 1, 2;
--@ view/as_is
SELECT last_name, first_name, dob FROM patient_names WHERE id = 20;
--@ view/as_is_star
SELECT * FROM patient_names WHERE id < 5 ORDER BY id;
--@ view/as_is_equality not=billing
SELECT id FROM patient_names WHERE last_name = 'Diaz' ORDER BY id;
--@ view/join
SELECT * FROM waiting_room WHERE id < 12 ORDER BY id;
--@ view/expression
SELECT id, label, birth_year FROM patient_labels WHERE id < 6 ORDER BY id;
--@ view/expression_filter
SELECT id FROM patient_labels WHERE label LIKE 'Schmidt,%' ORDER BY id;
--@ view/untagged
SELECT * FROM visit_counts WHERE practitioner_id = 3 ORDER BY kind;
--@ view/of_nothing_tagged_in_join
SELECT dr.last_name, c.kind, c.visits FROM visit_counts c JOIN practitioners dr ON dr.id = c.practitioner_id WHERE dr.id < 3 ORDER BY 1, 2;
--@ sub/in
SELECT id, last_name FROM patients WHERE id IN (SELECT patient_id FROM visits WHERE kind = 'procedure') AND id < 20 ORDER BY id;
--@ sub/not_in
SELECT id FROM patients WHERE id NOT IN (SELECT patient_id FROM visits) ORDER BY id;
--@ sub/exists
SELECT id, last_name FROM patients p WHERE EXISTS (SELECT FROM diagnoses d WHERE d.patient_id = p.id AND d.description = 'HIV disease') ORDER BY id;
--@ sub/not_exists
SELECT count(*) FROM patients p WHERE NOT EXISTS (SELECT 1 FROM insurance i WHERE i.patient_id = p.id);
--@ sub/in_sealed
SELECT id FROM patients WHERE last_name IN (SELECT last_name FROM patients WHERE id IN (3, 4)) ORDER BY id;
--@ sub/in_practitioner_names
SELECT id FROM patients WHERE last_name IN (SELECT last_name FROM practitioners) ORDER BY id;
--@ sub/scalar
SELECT id, (SELECT max(visit_at) FROM visits v WHERE v.patient_id = p.id) AS last_visit FROM patients p WHERE id < 6 ORDER BY id;
--@ sub/scalar_sealed
SELECT v.id, (SELECT last_name FROM patients p WHERE p.id = v.patient_id) FROM visits v WHERE v.id < 6 ORDER BY v.id;
--@ sub/scalar_too_many
SELECT (SELECT last_name FROM patients WHERE id < 3);
--@ sub/from
SELECT n.last_name FROM (SELECT id, last_name FROM patients WHERE id < 6) AS n ORDER BY n.id;
--@ sub/from_renamed
SELECT n.a, n.b FROM (SELECT id, dob FROM patients WHERE id < 6) AS n (a, b) ORDER BY n.a;
--@ sub/all
SELECT id FROM patients WHERE dob <= ALL (SELECT dob FROM patients) ORDER BY id;
--@ sub/any_greater
SELECT count(*) FROM patients WHERE dob > ANY (SELECT dob FROM patients WHERE id < 4);
--@ cte/plain
WITH recent AS (SELECT patient_id, max(visit_at) AS at FROM visits GROUP BY patient_id) SELECT p.last_name, r.at FROM recent r JOIN patients p ON p.id = r.patient_id WHERE p.id < 8 ORDER BY p.id;
--@ cte/as_is
WITH named AS (SELECT id, last_name, ssn FROM patients) SELECT last_name, ssn FROM named WHERE id = 9;
--@ cte/materialized
WITH named AS MATERIALIZED (SELECT id, last_name FROM patients WHERE id < 10) SELECT n.last_name FROM named n WHERE n.id > 7 ORDER BY n.id;
--@ cte/two
WITH a AS (SELECT id, last_name FROM patients WHERE id < 5), b AS (SELECT last_name FROM a) SELECT count(*) FROM a JOIN b USING (last_name);
--@ cte/recursive_untagged
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5) SELECT i, (SELECT count(*) FROM visits WHERE practitioner_id = i) FROM n ORDER BY i;
--@ cte/shadowing
WITH patients AS (SELECT 1 AS id, 'nobody'::text AS last_name) SELECT id, last_name FROM patients;
--@ set/union_all
SELECT last_name FROM patients WHERE id < 4 UNION ALL SELECT last_name FROM patients WHERE id BETWEEN 3 AND 6;
--@ set/union
SELECT last_name FROM patients WHERE id < 20 UNION SELECT last_name FROM patients WHERE id < 40;
--@ set/union_with_untagged
SELECT last_name FROM patients WHERE id < 4 UNION ALL SELECT last_name FROM practitioners WHERE id < 4;
--@ set/union_with_constant
SELECT last_name FROM patients WHERE id = 4 UNION ALL SELECT 'Total';
--@ set/intersect
SELECT last_name FROM patients WHERE id < 60 INTERSECT SELECT last_name FROM patients WHERE id > 60;
--@ set/except
SELECT last_name FROM patients WHERE id < 60 EXCEPT SELECT last_name FROM patients WHERE id > 60;
--@ set/union_ordered
SELECT last_name, 1 AS part FROM patients WHERE id < 5 UNION ALL SELECT name, 2 FROM payers ORDER BY 2, 1;
--@ set/union_other_fields
SELECT last_name FROM patients WHERE id < 5 UNION ALL SELECT first_name FROM patients WHERE id < 5;
--@ row/sealed_and_plain_sorted
SELECT mrn FROM patients AS p WHERE (p.id, p.mrn) = (3, p.mrn) ORDER BY mrn;
--@ row/masked_and_plain_sorted
SELECT mrn FROM patients WHERE (id, city) = (3, '***') ORDER BY mrn;
--@ row/name_and_key not=billing
SELECT mrn FROM patients WHERE (last_name, practitioner_id) = ('Lopez', 3) ORDER BY upper(mrn);
--@ row/not_equal
SELECT count(*), max(last_name) FROM patients WHERE (id, first_name) <> (3, 'Mary');
--@ row/in_one not=billing
SELECT mrn FROM patients WHERE (id, last_name) IN ((3, 'Lopez')) ORDER BY mrn;
--@ copy/grouped_condition not=billing
SELECT last_name = 'Lopez', count(*) FROM patients GROUP BY last_name = 'Lopez' ORDER BY 1;
--@ copy/grouped_sub_select
SELECT p.state IN (SELECT '***' FROM patients q WHERE q.dob = '1970-01-01') AS x, count(*) FROM patients p
GROUP BY p.state IN (SELECT '***' FROM patients q WHERE q.dob = '1970-01-01');
--@ copy/sorted_condition not=billing
SELECT id, last_name = 'Lopez' FROM patients WHERE id < 40 ORDER BY last_name = 'Lopez' DESC, id;
--@ copy/sorted_comparison
SELECT a.id, b.id, a.last_name = b.last_name FROM patients a, patients b WHERE a.id < 9 AND b.id < 30
ORDER BY a.last_name = b.last_name DESC, 1, 2;
--@ copy/distinct_on_condition not=billing
SELECT DISTINCT ON (last_name = 'Lopez') last_name = 'Lopez', id FROM patients ORDER BY last_name = 'Lopez', id;
--@ copy/sorted_inside_aggregate not=billing
SELECT array_agg(last_name = 'Lopez' ORDER BY last_name = 'Lopez') FROM patients;
--@ copy/window_of_condition not=billing
SELECT id, count(*) OVER (PARTITION BY last_name = 'Lopez' ORDER BY id), sum(id) OVER (PARTITION BY last_name = 'Lopez')
FROM patients WHERE id < 40 ORDER BY id;
