-- role clinician
WITH p AS (SELECT * FROM patients) SELECT last_name FROM p WHERE id = 3
----
InPlace
server  WITH p AS (SELECT * FROM public.patients) SELECT last_name FROM p WHERE id = {literal 1}
outputs open
seen    public.patients.city clear, public.patients.dob clear, public.patients.email clear, public.patients.emergency clear, public.patients.external_ref clear, public.patients.first_name clear, public.patients.last_name clear, public.patients.mrn clear, public.patients.phone clear, public.patients.photo clear, public.patients.ssn clear, public.patients.street clear, public.patients.zip clear
        some patients concerned cannot be enumerated
