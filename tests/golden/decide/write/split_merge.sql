-- role clinician
MERGE INTO patients p USING payers y ON y.id = p.id WHEN MATCHED THEN UPDATE SET street = y.name
----
Refuse  not_understood (0A000)
        the statement touches tagged columns in a way that is not understood
hint    simplify it
