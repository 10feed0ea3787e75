-- role clinician
UPDATE patients SET last_name = COALESCE($1, last_name), dob = COALESCE($2, dob) WHERE id = $3
----
InPlace
server  UPDATE public.patients SET last_name = COALESCE($1, last_name), dob = COALESCE($2, dob) WHERE id = $3 RETURNING patients.id::pg_catalog.text AS pgveil_1
        $1 is the client's $1, sealed
        $2 is the client's $2, sealed
        $3 is the client's $3, as it is
outputs subject
seen    public.patients.dob clear, public.patients.dob written, public.patients.last_name clear, public.patients.last_name written
