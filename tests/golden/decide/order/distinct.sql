-- role clinician
SELECT DISTINCT last_name FROM patients WHERE id < 50
----
InPlace
server  SELECT DISTINCT ON (pgveil.equality(last_name)) last_name FROM public.patients WHERE id < {literal 1}
outputs open
seen    public.patients.last_name clear
        some patients concerned cannot be enumerated
