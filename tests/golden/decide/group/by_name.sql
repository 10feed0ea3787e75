-- role clinician
SELECT last_name, city, count(*) FROM patients GROUP BY last_name, city HAVING count(*) > 1 ORDER BY count(*) DESC LIMIT 3
----
InPlace
server  SELECT (pg_catalog.array_agg(last_name))[1] AS last_name, city, count(*) FROM public.patients GROUP BY pgveil.equality(last_name), city HAVING count(*) > {literal 1} ORDER BY count(*) DESC LIMIT {literal 2}
outputs open; forward; forward
seen    public.patients.city clear, public.patients.last_name clear
        some patients concerned cannot be enumerated
