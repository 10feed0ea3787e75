-- role clinician
CREATE TABLE t AS SELECT last_name FROM patients
----
Refuse  sealed_ddl (0A000)
        what stays cannot be made from tagged columns: the policy has to say first who may see which of its columns
hint    make it TEMPORARY; or CREATE TABLE with its columns named in the policy, and INSERT into it
