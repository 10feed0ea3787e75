-- role clinician
UPDATE patients SET last_name = $1, city = $2 WHERE id = $3
----
InPlace
server  UPDATE public.patients SET last_name = $1, city = $2 WHERE id = $3 RETURNING patients.id::pg_catalog.text AS pgveil_1
        $1 is the client's $1, sealed
        $2 is the client's $2, as it is
        $3 is the client's $3, as it is
outputs subject
seen    public.patients.city written, public.patients.last_name written
