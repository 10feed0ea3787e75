-- role clinician
SELECT DISTINCT last_name, city FROM patients ORDER BY city
----
InPlace
server  SELECT DISTINCT ON (2, pgveil.equality(last_name)) last_name, city FROM public.patients ORDER BY city
outputs open; forward
seen    public.patients.city clear, public.patients.last_name clear
        some patients concerned cannot be enumerated
