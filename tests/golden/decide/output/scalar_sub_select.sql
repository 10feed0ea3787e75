-- role clinician
SELECT v.id, (SELECT p.last_name FROM patients p WHERE p.id = v.patient_id) FROM visits v WHERE v.id = 9
----
InPlace
server  SELECT v.id, (SELECT p.last_name FROM public.patients p WHERE p.id = v.patient_id), v.patient_id::pg_catalog.text AS pgveil_3 FROM public.visits v WHERE v.id = {literal 1}
outputs forward; open; subject
seen    public.patients.last_name clear
        some patients concerned cannot be enumerated
