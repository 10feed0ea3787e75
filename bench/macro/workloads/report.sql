\set id random(1, :patients)
SELECT last_name || ', ' || first_name AS name, date_part('year', age(DATE '2024-01-01', dob)) AS age FROM patients WHERE practitioner_id = :id % 40 + 1 AND id % 10 = 0;
