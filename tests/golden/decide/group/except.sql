-- role clinician
SELECT mrn, city FROM patients EXCEPT SELECT mrn, city FROM patients WHERE vip LIMIT 3
----
InPlace
server  SELECT (pg_catalog.array_agg(pgveil_c1))[1] AS mrn, pgveil_c2 AS city FROM (SELECT *, 1 FROM (SELECT mrn, city FROM public.patients) pgveil_l UNION ALL SELECT *, 2 FROM (SELECT mrn, city FROM public.patients WHERE vip) pgveil_r) pgveil_u(pgveil_c1, pgveil_c2, pgveil_side) GROUP BY pgveil.equality(pgveil_c1), pgveil_c2 HAVING pg_catalog.bool_or(pgveil_side = 1) AND NOT pg_catalog.bool_or(pgveil_side = 2) LIMIT {literal 1}
outputs open; forward
seen    public.patients.city clear, public.patients.mrn clear
        some patients concerned cannot be enumerated
