-- role clinician
INSERT INTO appointments (patient_id, practitioner_id, starts_at, reason) VALUES (3, 2, '2031-01-01', 'Cough') RETURNING upper(reason), patient_id
----
Split of what is written
because public.appointments.reason: an expression needs its value
server  INSERT INTO public.appointments (patient_id, practitioner_id, starts_at, reason) VALUES ({literal 1}, {literal 2}, {literal 3}, {literal 4 sealed}) RETURNING 0::int AS pgveil_tag, pg_catalog.int4send(patient_id) AS pgveil_1, reason::pg_catalog.bytea AS pgveil_2, pg_catalog.textsend(patient_id::pg_catalog.text) AS pgveil_3
slice   public.appointments(patient_id, reason open)
twin    SELECT upper(reason), patient_id FROM public.appointments
seen    public.appointments.reason clear, public.appointments.reason written
