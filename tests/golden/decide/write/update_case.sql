-- role clinician
UPDATE patients SET last_name = (CASE WHEN patients.id = 3 THEN 'Leex' WHEN patients.id = 4 THEN $1 ELSE NULL END)::varchar(60) WHERE patients.id IN (3, 4)
----
InPlace
server  UPDATE public.patients SET last_name = CASE WHEN patients.id = {literal 1} THEN {literal 2 sealed} WHEN patients.id = {literal 3} THEN $1 ELSE {literal 4 sealed} END WHERE patients.id IN ({literal 6}, {literal 7}) RETURNING patients.id::pg_catalog.text AS pgveil_1
        $1 is the client's $1, sealed
outputs subject
seen    public.patients.last_name written
