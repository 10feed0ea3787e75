-- role clinician
BEGIN
----
Pass
