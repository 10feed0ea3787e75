-- role clinician
SELECT p.id, p.last_name, count(*) FROM patients p JOIN visits v ON v.patient_id = p.id GROUP BY p.id
----
InPlace
server  SELECT p.id, p.last_name, count(*) FROM public.patients p JOIN public.visits v ON v.patient_id = p.id GROUP BY p.id
outputs forward; open; forward
seen    public.patients.last_name clear
        some patients concerned cannot be enumerated
