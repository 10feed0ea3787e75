-- role clinician
MERGE INTO patients p USING (VALUES (1, 'New')) s(id, n) ON p.id = s.id WHEN MATCHED THEN UPDATE SET last_name = upper(s.n)
----
Refuse  sealed_column_expression (0A000)
        the server cannot do this write over sealed or masked columns: the value to store would have to be computed first
column  public.patients.last_name
hint    compute the value in the program and write it as a parameter, or find the rows by a plain key or by equality
seen    public.patients.last_name written
