\set id random(10000, 19999)
SELECT id, mrn, last_name, first_name, dob FROM patients WHERE mrn = 'MRN00:id';
