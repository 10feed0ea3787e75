\set offset 25 * random(0, 20)
SELECT id, last_name, first_name, dob FROM patients ORDER BY id LIMIT 25 OFFSET :offset;
