-- role clinician
COPY patients (id, last_name, dob) TO STDOUT (FORMAT csv, HEADER)
----
InPlace
server  SELECT id, last_name, dob, patients.id::pg_catalog.text AS pgveil_4 FROM ONLY public.patients
outputs forward; open; open; subject
seen    public.patients.dob clear, public.patients.last_name clear
