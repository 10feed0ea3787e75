\set id random(1, :patients)
SELECT v.id, v.reason, v.temperature, p.last_name FROM visits v JOIN patients p ON p.id = v.patient_id WHERE v.patient_id = :id;
