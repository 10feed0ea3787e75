-- role clinician
SELECT DISTINCT ON (last_name) last_name, id FROM patients
----
InPlace
server  SELECT DISTINCT ON (pgveil.equality(last_name)) last_name, id FROM public.patients
outputs open; forward
seen    public.patients.last_name clear
        some patients concerned cannot be enumerated
