-- role clinician
DECLARE c SCROLL CURSOR FOR SELECT id, last_name FROM patients WHERE ssn = '123-45-6789'
----
InPlace
server  DECLARE c SCROLL CURSOR FOR SELECT id, last_name, patients.id::pg_catalog.text AS pgveil_3 FROM public.patients WHERE pgveil.equality(ssn) = {literal 1 equality term}
