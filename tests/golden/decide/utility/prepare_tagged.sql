-- role clinician
PREPARE by_ssn AS SELECT last_name FROM patients WHERE ssn = $1
----
InPlace
server  PREPARE "by_ssn" AS SELECT CAST(text 'this statement is prepared by pgveil' AS pg_catalog.int4)
