-- role clinician
FETCH 10 FROM c
----
Pass
