-- role clinician
SELECT p.last_name, v.reason FROM patients p JOIN visits v ON v.patient_id = p.id WHERE p.id = 7
----
InPlace
server  SELECT p.last_name, v.reason, p.id::pg_catalog.text AS pgveil_3, v.patient_id::pg_catalog.text AS pgveil_4 FROM public.patients p JOIN public.visits v ON v.patient_id = p.id WHERE p.id = {literal 1}
outputs open; open; subject; subject
seen    public.patients.last_name clear, public.visits.reason clear
