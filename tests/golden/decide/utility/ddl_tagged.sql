-- role clinician
ALTER TABLE patients ADD COLUMN x int
----
Pass
