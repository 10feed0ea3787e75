-- role clinician
SELECT last_name, count(*) FROM patients GROUP BY last_name
----
InPlace
server  SELECT (pg_catalog.array_agg(last_name))[1] AS last_name, count(*) FROM public.patients GROUP BY pgveil.equality(last_name)
outputs open; forward
seen    public.patients.last_name clear
        some patients concerned cannot be enumerated
