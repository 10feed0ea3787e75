-- role clinician
SELECT id FROM patients WHERE mrn NOT IN (SELECT mrn FROM patients q WHERE q.vip)
----
InPlace
server  SELECT id, patients.id::pg_catalog.text AS pgveil_2 FROM public.patients WHERE NOT pgveil.equality(mrn) IN (SELECT pgveil.equality(mrn) FROM public.patients q WHERE q.vip)
outputs forward; subject
seen    public.patients.mrn clear
        some patients concerned cannot be enumerated
