-- role clinician
SELECT id, lag(last_name) OVER (ORDER BY id) FROM patients WHERE id < 20
----
InPlace
server  SELECT id, lag(last_name) OVER (ORDER BY id), patients.id::pg_catalog.text AS pgveil_3 FROM public.patients WHERE id < {literal 1}
outputs forward; open; subject
seen    public.patients.last_name clear
