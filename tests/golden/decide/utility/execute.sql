-- role clinician
EXECUTE by_ssn('123-45-6789')
----
Pass
