-- role clinician
INSERT INTO patients (mrn, ssn, last_name, first_name, dob, state) VALUES ($1, $2, $3, $4, $5, $6) RETURNING id
----
InPlace
server  INSERT INTO public.patients (mrn, ssn, last_name, first_name, dob, state) VALUES ($1, $2, $3, $4, $5, $6) RETURNING id, patients.id::pg_catalog.text AS pgveil_2
        $1 is the client's $1, sealed
        $2 is the client's $2, sealed
        $3 is the client's $3, sealed
        $4 is the client's $4, sealed
        $5 is the client's $5, sealed
        $6 is the client's $6, as it is
outputs forward; subject
seen    public.patients.dob written, public.patients.first_name written, public.patients.last_name written, public.patients.mrn written, public.patients.ssn written
