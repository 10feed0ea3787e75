-- role clinician
SELECT last_name FROM patients WHERE vip INTERSECT SELECT last_name FROM patients WHERE NOT vip LIMIT 5
----
InPlace
server  SELECT (pg_catalog.array_agg(pgveil_c1))[1] AS last_name FROM (SELECT *, 1 FROM (SELECT last_name FROM public.patients WHERE vip) pgveil_l UNION ALL SELECT *, 2 FROM (SELECT last_name FROM public.patients WHERE NOT vip) pgveil_r) pgveil_u(pgveil_c1, pgveil_side) GROUP BY pgveil.equality(pgveil_c1) HAVING pg_catalog.bool_or(pgveil_side = 1) AND pg_catalog.bool_or(pgveil_side = 2) LIMIT {literal 1}
outputs open
seen    public.patients.last_name clear
        some patients concerned cannot be enumerated
