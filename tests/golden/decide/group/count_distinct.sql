-- role clinician
SELECT city, count(DISTINCT last_name), count(DISTINCT mrn) FILTER (WHERE vip) FROM patients GROUP BY city
----
InPlace
server  SELECT city, count(DISTINCT pgveil.equality(last_name)), count(DISTINCT pgveil.equality(mrn)) FILTER (WHERE vip) FROM public.patients GROUP BY city
outputs forward; forward; forward
seen    public.patients.city clear, public.patients.last_name clear, public.patients.mrn clear
        some patients concerned cannot be enumerated
