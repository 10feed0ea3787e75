-- role clinician
DELETE FROM diagnoses WHERE description = $1
----
InPlace
server  DELETE FROM public.diagnoses WHERE pgveil.equality(description) = $1 RETURNING diagnoses.patient_id::pg_catalog.text AS pgveil_1
        $1 is the client's $1, equality term
outputs subject
seen    public.diagnoses.description searched
