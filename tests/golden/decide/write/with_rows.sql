-- role front_desk
WITH u AS (UPDATE patients SET language = 'fr' WHERE id < 9 RETURNING id) SELECT count(*) FROM u
----
Refuse  sealed_column_expression (0A000)
        the server cannot do this write over sealed or masked columns: the rows of patients that the role sees cannot be told apart here
hint    compute the value in the program and write it as a parameter, or find the rows by a plain key or by equality
