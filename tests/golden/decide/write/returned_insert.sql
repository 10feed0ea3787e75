-- role clinician
INSERT INTO patients (mrn, last_name, first_name, dob, state) VALUES ($1, $2, 'Y', '1999-09-09', 'OH') RETURNING id, upper(last_name), registered_at
----
Split of what is written
because public.patients.last_name: an expression needs its value
server  INSERT INTO public.patients (mrn, last_name, first_name, dob, state) VALUES ($1, $2, {literal 1 sealed}, {literal 2 sealed}, {literal 3}) RETURNING 0::int AS pgveil_tag, pg_catalog.int4send(id) AS pgveil_1, last_name::pg_catalog.bytea AS pgveil_2, pg_catalog.timestamptz_send(registered_at) AS pgveil_3, pg_catalog.textsend(id::pg_catalog.text) AS pgveil_4
        $1 is the client's $1, sealed
        $2 is the client's $2, sealed
slice   public.patients(id, last_name open, registered_at)
twin    SELECT id, upper(last_name), registered_at FROM public.patients
seen    public.patients.dob written, public.patients.first_name written, public.patients.last_name clear, public.patients.last_name written, public.patients.mrn written
