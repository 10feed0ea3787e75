-- role clinician
SELECT id, last_name, row_number() OVER (PARTITION BY last_name ORDER BY id), count(*) OVER w FROM patients WINDOW w AS (PARTITION BY mrn)
----
InPlace
server  SELECT id, last_name, row_number() OVER (PARTITION BY pgveil.equality(last_name) ORDER BY id), count(*) OVER w, patients.id::pg_catalog.text AS pgveil_5 FROM public.patients WINDOW w AS (PARTITION BY pgveil.equality(mrn))
outputs forward; open; forward; forward; subject
seen    public.patients.last_name clear, public.patients.mrn clear
