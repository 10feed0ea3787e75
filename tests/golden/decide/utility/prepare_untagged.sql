-- role clinician
PREPARE rooms AS SELECT name FROM rooms WHERE floor = $1
----
Pass
