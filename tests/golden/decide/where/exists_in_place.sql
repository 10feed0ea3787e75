-- role clinician
SELECT v.id FROM visits v WHERE EXISTS (SELECT 1 FROM patients p WHERE p.id = v.patient_id AND p.mrn = $1)
----
InPlace
server  SELECT v.id, v.patient_id::pg_catalog.text AS pgveil_2 FROM public.visits v WHERE EXISTS (SELECT {literal 1} FROM public.patients p WHERE p.id = v.patient_id AND pgveil.equality(p.mrn) = $1)
        $1 is the client's $1, equality term
outputs forward; subject
seen    public.patients.mrn searched
        some patients concerned cannot be enumerated
