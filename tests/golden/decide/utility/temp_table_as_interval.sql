-- role clinician
CREATE TEMP TABLE ages AS SELECT id, age(dob) AS age FROM patients
----
Refuse  sealed_ddl (0A000)
        column age would hold what is computed from sealed values, and values of type "pg_catalog"."interval" cannot be sealed
hint    cast it to a type that can be sealed: text, numeric, integer, date …
