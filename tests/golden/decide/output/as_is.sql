-- role clinician
SELECT id, last_name, dob FROM patients ORDER BY id LIMIT 5
----
InPlace
server  SELECT id, last_name, dob, patients.id::pg_catalog.text AS pgveil_4 FROM public.patients ORDER BY id LIMIT {literal 1}
outputs forward; open; open; subject
seen    public.patients.dob clear, public.patients.last_name clear
