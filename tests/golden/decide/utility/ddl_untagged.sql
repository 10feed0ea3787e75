-- role clinician
ALTER TABLE rooms ADD COLUMN x int
----
Pass
