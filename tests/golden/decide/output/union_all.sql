-- role clinician
SELECT last_name FROM patients WHERE id = 1 UNION ALL SELECT last_name FROM patients WHERE id = 2
----
InPlace
server  SELECT last_name FROM public.patients WHERE id = {literal 1} UNION ALL SELECT last_name FROM public.patients WHERE id = {literal 2}
outputs open
seen    public.patients.last_name clear
        some patients concerned cannot be enumerated
