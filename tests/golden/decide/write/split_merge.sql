-- role clinician
MERGE INTO patients p USING payers y ON y.id = p.id WHEN MATCHED THEN UPDATE SET street = y.name
----
Refuse  sealed_column_expression (0A000)
        the server cannot do this write over sealed or masked columns: the copied column belongs to another field, or carries other search terms
column  public.patients.street
hint    compute the value in the program and write it as a parameter, or find the rows by a plain key or by equality
seen    public.patients.street written
