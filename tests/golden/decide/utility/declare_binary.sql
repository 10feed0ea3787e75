-- role clinician
DECLARE c BINARY CURSOR FOR SELECT last_name FROM patients
----
InPlace
server  DECLARE c BINARY CURSOR FOR SELECT last_name, patients.id::pg_catalog.text AS pgveil_2 FROM public.patients
