-- role clinician
CREATE TEMP TABLE gone AS WITH d AS (DELETE FROM appointments WHERE id < 3 RETURNING reason) SELECT * FROM d
----
Refuse  sealed_column_expression (0A000)
        a table cannot be filled by a WITH query that changes rows, where sealed or masked columns take part
hint    run the WITH query by itself, and fill the table by another
