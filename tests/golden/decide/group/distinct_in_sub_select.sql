-- role clinician
SELECT count(*) FROM (SELECT DISTINCT last_name FROM patients) s
----
InPlace
server  SELECT count(*) FROM (SELECT DISTINCT ON (pgveil.equality(last_name)) last_name FROM public.patients) s
outputs forward
seen    public.patients.last_name clear
        some patients concerned cannot be enumerated
