-- role clinician
SELECT id, last_name FROM patients WHERE ssn = '123-45-6789'
----
InPlace
server  SELECT id, last_name, patients.id::pg_catalog.text AS pgveil_3 FROM public.patients WHERE pgveil.equality(ssn) = {literal 1 equality term}
outputs forward; open; subject
seen    public.patients.last_name clear, public.patients.ssn searched
