\set id random(1, :patients)
SELECT id, mrn, last_name, first_name, dob, city FROM patients WHERE id = :id;
