-- role clinician
SELECT count(*) FROM lab_results GROUP BY value
----
InPlace
server  SELECT count(*) FROM public.lab_results GROUP BY pgveil.equality(value)
outputs forward
seen    public.lab_results.value clear
        some patients concerned cannot be enumerated
