-- role clinician
SELECT count(*) FROM patients GROUP BY last_name
----
InPlace
server  SELECT count(*) FROM public.patients GROUP BY pgveil.equality(last_name)
outputs forward
seen    public.patients.last_name clear
        some patients concerned cannot be enumerated
