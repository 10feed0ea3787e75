-- role clinician
CREATE TABLE diagnoses AS SELECT 'x'::text AS note
----
Refuse  sealed_ddl (0A000)
        the policy seals columns of table diagnoses, which a query would fill with plaintext
column  diagnoses
hint    create the table with its columns, then INSERT into it
