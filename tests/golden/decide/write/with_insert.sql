-- role clinician
WITH n AS (INSERT INTO patients (mrn, last_name, first_name, dob, state) VALUES ('Z2', 'x', 'Y', '1999-09-09', 'OH') RETURNING id) INSERT INTO appointments (patient_id, practitioner_id, starts_at, reason) SELECT id, 1, '2035-01-01', 'x' FROM n
----
InPlace
server  WITH n AS (INSERT INTO public.patients (mrn, last_name, first_name, dob, state) VALUES ({literal 1 sealed}, {literal 2 sealed}, {literal 3 sealed}, {literal 4 sealed}, {literal 5}) RETURNING id) INSERT INTO public.appointments (patient_id, practitioner_id, starts_at, reason) SELECT id, {literal 6}, {literal 7}, {literal 8 sealed} FROM n RETURNING appointments.patient_id::pg_catalog.text AS pgveil_1
outputs subject
seen    public.appointments.reason written, public.patients.dob written, public.patients.first_name written, public.patients.last_name written, public.patients.mrn written
        some patients concerned cannot be enumerated
