-- role clinician
SELECT count(*), count(ssn) FROM patients
----
InPlace
server  SELECT count(*), count(ssn) FROM public.patients
outputs forward; forward
seen    public.patients.ssn clear
        some patients concerned cannot be enumerated
