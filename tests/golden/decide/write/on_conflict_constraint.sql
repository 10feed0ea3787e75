-- role clinician
INSERT INTO patients (mrn, last_name, first_name, dob, state) VALUES ($1, $2, $3, $4, 'MA') ON CONFLICT ON CONSTRAINT patients_mrn_key DO NOTHING
----
InPlace
server  INSERT INTO public.patients (mrn, last_name, first_name, dob, state) VALUES ($1, $2, $3, $4, {literal 1}) ON CONFLICT (pgveil.equality(mrn)) DO NOTHING RETURNING patients.id::pg_catalog.text AS pgveil_1
        $1 is the client's $1, sealed
        $2 is the client's $2, sealed
        $3 is the client's $3, sealed
        $4 is the client's $4, sealed
outputs subject
seen    public.patients.dob written, public.patients.first_name written, public.patients.last_name written, public.patients.mrn searched, public.patients.mrn written
