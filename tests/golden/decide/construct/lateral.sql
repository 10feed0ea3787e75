-- role clinician
SELECT p.id, l.reason FROM patients p CROSS JOIN LATERAL (SELECT reason FROM visits v WHERE v.patient_id = p.id ORDER BY visit_at DESC LIMIT 1) l WHERE p.id < 9
----
InPlace
server  SELECT p.id, l.reason, p.id::pg_catalog.text AS pgveil_3 FROM public.patients p CROSS JOIN LATERAL (SELECT reason FROM public.visits v WHERE v.patient_id = p.id ORDER BY visit_at DESC LIMIT {literal 1}) l WHERE p.id < {literal 2}
outputs forward; open; subject
seen    public.visits.reason clear
        some patients concerned cannot be enumerated
