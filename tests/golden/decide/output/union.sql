-- role clinician
SELECT last_name FROM patients WHERE id = 1 UNION SELECT last_name FROM patients WHERE id = 2
----
InPlace
server  SELECT DISTINCT ON (pgveil.equality(pgveil_c1)) pgveil_c1 AS last_name FROM (SELECT last_name FROM public.patients WHERE id = {literal 1} UNION ALL SELECT last_name FROM public.patients WHERE id = {literal 2}) pgveil_u(pgveil_c1)
outputs open
seen    public.patients.last_name clear
        some patients concerned cannot be enumerated
