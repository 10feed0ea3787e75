-- role clinician
SELECT last_name::text FROM patients WHERE id = 1
----
InPlace
server  SELECT last_name, patients.id::pg_catalog.text AS pgveil_2 FROM public.patients WHERE id = {literal 1}
outputs open; subject
seen    public.patients.last_name clear
