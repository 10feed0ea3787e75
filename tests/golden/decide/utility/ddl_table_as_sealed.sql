-- role clinician
CREATE TABLE diagnoses AS SELECT 'x'::text AS note
----
error 42P07 relation "diagnoses" already exists
