-- role clinician
WITH d AS (DELETE FROM appointments WHERE patient_id = 3 RETURNING *) SELECT id, reason FROM d
----
InPlace
server  WITH d AS (DELETE FROM public.appointments WHERE patient_id = {literal 1} RETURNING *) SELECT id, reason FROM d
outputs forward; open
seen    public.appointments.reason clear
        some patients concerned cannot be enumerated
