\set id random(1, :patients)
UPDATE patients SET phone = '617-555-0100', city = 'Boston' WHERE id = :id;
