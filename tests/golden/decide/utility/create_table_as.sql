-- role clinician
CREATE TABLE t AS SELECT last_name FROM patients
----
Refuse  sealed_ddl (0A000)
        table t would keep values of tagged columns, and the policy seals none of its own
hint    make it TEMPORARY, or add to the policy: [table."public.t"] column.last_name = { class = "demographics", seal = true }
