-- role clinician
ALTER TABLE patients ADD COLUMN nickname varchar(20) NOT NULL DEFAULT 'none'
----
Pass
