-- role clinician
SELECT id, lag(last_name) OVER (ORDER BY id) AS before FROM patients
----
InPlace
server  SELECT id, lag(last_name) OVER (ORDER BY id) AS before, patients.id::pg_catalog.text AS pgveil_3 FROM public.patients
outputs forward; open; subject
seen    public.patients.last_name clear
