-- role clinician
INSERT INTO patients (mrn, last_name, first_name, dob, state) VALUES ('Z1', 'x', 'Y', '1999-09-09', 'OH') ON CONFLICT (mrn) DO UPDATE SET last_name = excluded.last_name RETURNING last_name || ', ' || first_name
----
Split of what is written
because public.patients.last_name: an expression needs its value
server  INSERT INTO public.patients (mrn, last_name, first_name, dob, state) VALUES ({literal 1 sealed}, {literal 2 sealed}, {literal 3 sealed}, {literal 4 sealed}, {literal 5}) ON CONFLICT (pgveil.equality(mrn)) DO UPDATE SET last_name = excluded.last_name RETURNING 0::int AS pgveil_tag, last_name::pg_catalog.bytea AS pgveil_1, first_name::pg_catalog.bytea AS pgveil_2, pg_catalog.textsend(id::pg_catalog.text) AS pgveil_3
slice   public.patients(last_name open, first_name open)
twin    SELECT (last_name || {literal 6}) || first_name FROM public.patients
seen    public.patients.dob written, public.patients.first_name clear, public.patients.first_name written, public.patients.last_name clear, public.patients.last_name written, public.patients.mrn searched, public.patients.mrn written
