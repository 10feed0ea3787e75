-- role clinician
INSERT INTO patients (mrn, last_name, first_name, dob, state) VALUES ($1, $2, $3, $4, 'MA') ON CONFLICT (mrn) DO UPDATE SET last_name = excluded.last_name RETURNING id, last_name
----
InPlace
server  INSERT INTO public.patients (mrn, last_name, first_name, dob, state) VALUES ($1, $2, $3, $4, {literal 1}) ON CONFLICT (pgveil.equality(mrn)) DO UPDATE SET last_name = excluded.last_name RETURNING id, last_name, patients.id::pg_catalog.text AS pgveil_3
        $1 is the client's $1, sealed
        $2 is the client's $2, sealed
        $3 is the client's $3, sealed
        $4 is the client's $4, sealed
outputs forward; open; subject
seen    public.patients.dob written, public.patients.first_name written, public.patients.last_name clear, public.patients.last_name written, public.patients.mrn searched, public.patients.mrn written
