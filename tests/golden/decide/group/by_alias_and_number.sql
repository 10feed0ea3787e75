-- role clinician
SELECT p.last_name AS n, p.mrn, count(*) FROM patients p GROUP BY n, 2
----
InPlace
server  SELECT (pg_catalog.array_agg(p.last_name))[1] AS n, (pg_catalog.array_agg(p.mrn))[1] AS mrn, count(*) FROM public.patients p GROUP BY pgveil.equality(p.last_name), pgveil.equality(p.mrn)
outputs open; open; forward
seen    public.patients.last_name clear, public.patients.mrn clear
        some patients concerned cannot be enumerated
