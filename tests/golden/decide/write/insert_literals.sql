-- role clinician
INSERT INTO visits (patient_id, practitioner_id, visit_at, kind, reason) VALUES (1, 2, now(), 'acute', 'cough'), (1, 2, now(), 'acute', NULL)
----
InPlace
server  INSERT INTO public.visits (patient_id, practitioner_id, visit_at, kind, reason) VALUES ({literal 1}, {literal 2}, now(), {literal 3}, {literal 4 sealed}), ({literal 5}, {literal 6}, now(), {literal 7}, {literal 8 sealed}) RETURNING visits.patient_id::pg_catalog.text AS pgveil_1
outputs subject
seen    public.visits.reason written
