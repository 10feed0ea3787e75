-- role clinician
MERGE INTO patients p USING (VALUES (1, 'New')) s(id, n) ON p.id = s.id WHEN MATCHED AND s.n <> 'Old' THEN UPDATE SET last_name = s.n
----
Refuse  sealed_column_expression (0A000)
        the server cannot do this write over sealed or masked columns: a value of the source is used as it is and sealed as well
hint    compute the value in the program and write it as a parameter, or find the rows by a plain key or by equality
seen    public.patients.last_name written
