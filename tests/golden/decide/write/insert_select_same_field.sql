-- role clinician
INSERT INTO visits (patient_id, practitioner_id, visit_at, kind, reason) SELECT patient_id, practitioner_id, visit_at, kind, reason FROM visits WHERE id = 1
----
InPlace
server  INSERT INTO public.visits (patient_id, practitioner_id, visit_at, kind, reason) SELECT patient_id, practitioner_id, visit_at, kind, reason FROM public.visits WHERE id = {literal 1} RETURNING visits.patient_id::pg_catalog.text AS pgveil_1
outputs subject
seen    public.visits.reason clear, public.visits.reason written
        some patients concerned cannot be enumerated
