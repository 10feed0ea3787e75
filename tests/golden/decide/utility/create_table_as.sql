-- role clinician
CREATE TABLE t AS SELECT last_name FROM patients
----
Refuse  sealed_ddl (0A000)
        a table or view cannot yet be made from tagged columns
hint    change the schema on the server and run pgveil apply
