-- role clinician
SELECT s.n FROM (SELECT last_name AS n, id FROM patients) s WHERE s.id = 3
----
InPlace
server  SELECT s.n FROM (SELECT last_name AS n, id FROM public.patients) s WHERE s.id = {literal 1}
outputs open
seen    public.patients.last_name clear
        some patients concerned cannot be enumerated
