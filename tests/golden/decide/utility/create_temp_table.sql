-- role clinician
CREATE TEMP TABLE t (id int)
----
Pass
