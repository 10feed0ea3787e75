-- role clinician
INSERT INTO visits (patient_id, practitioner_id, visit_at, kind, reason) VALUES (1, 2, now(), 'acute', 'cough'), (1, 2, now(), 'acute', NULL)
----
Refuse  sealed_column_expression (0A000)
        the server cannot do this write over sealed or masked columns: the rewritten statement could not be printed
hint    compute the value in the program and write it as a parameter, or find the rows by a plain key or by equality
seen    public.visits.reason written
