\set letter random(1, 3)
SELECT id, last_name, first_name FROM patients WHERE last_name LIKE 'Smi%' AND id % 20 = :letter;
