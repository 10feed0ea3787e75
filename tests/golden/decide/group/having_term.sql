-- role clinician
SELECT mrn FROM patients GROUP BY mrn HAVING mrn <> 'M1' AND mrn IS NOT NULL AND count(*) = 1
----
InPlace
server  SELECT (pg_catalog.array_agg(mrn))[1] AS mrn FROM public.patients GROUP BY pgveil.equality(mrn) HAVING pgveil.equality(mrn) <> {literal 1 equality term} AND (pg_catalog.array_agg(mrn))[1] IS NOT NULL AND count(*) = {literal 2}
outputs open
seen    public.patients.mrn clear, public.patients.mrn searched
        some patients concerned cannot be enumerated
