-- role clinician
SELECT id, (SELECT max(visit_at) FROM visits v WHERE v.patient_id = p.id) FROM patients p WHERE p.last_name = 'Lopez'
----
InPlace
server  SELECT id, (SELECT max(visit_at) FROM public.visits v WHERE v.patient_id = p.id), p.id::pg_catalog.text AS pgveil_3 FROM public.patients p WHERE pgveil.equality(p.last_name) = {literal 1 equality term}
outputs forward; forward; subject
seen    public.patients.last_name searched
        some patients concerned cannot be enumerated
