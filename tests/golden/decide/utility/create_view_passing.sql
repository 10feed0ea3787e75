-- role clinician
CREATE VIEW v AS SELECT p.id, p.last_name, v.visit_at FROM patients p JOIN visits v ON v.patient_id = p.id
----
Pass
