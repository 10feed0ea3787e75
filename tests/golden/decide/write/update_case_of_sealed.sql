-- role clinician
UPDATE patients SET last_name = CASE last_name WHEN 'a' THEN 'b' ELSE upper(first_name) END WHERE id = 3
----
Refuse  sealed_column_expression (0A000)
        the server cannot do this write over sealed or masked columns: an expression needs its value
column  public.patients.last_name
hint    compute the value in the program and write it as a parameter, or find the rows by a plain key or by equality
seen    public.patients.first_name clear, public.patients.last_name clear, public.patients.last_name written
