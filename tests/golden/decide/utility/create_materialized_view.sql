-- role clinician
CREATE MATERIALIZED VIEW v AS SELECT id, last_name FROM patients
----
Refuse  sealed_ddl (0A000)
        a materialized view of tagged columns would keep copies that the policy does not know
hint    make a view, or a table that the policy names and INSERT into it
