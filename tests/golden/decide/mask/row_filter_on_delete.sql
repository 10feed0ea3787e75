-- role front_desk
DELETE FROM appointments WHERE patient_id = 3
----
InPlace
server  DELETE FROM public.appointments WHERE patient_id = {literal 1} RETURNING appointments.patient_id::pg_catalog.text AS pgveil_1
outputs subject
