-- role clinician
INSERT INTO visits (patient_id, practitioner_id, visit_at, kind, reason) SELECT patient_id, practitioner_id, visit_at, kind, upper(reason) FROM visits WHERE id = 1
----
Refuse  sealed_column_expression (0A000)
        the server cannot do this write over sealed or masked columns: an expression needs its value
column  public.visits.reason
hint    compute the value in the program and write it as a parameter, or find the rows by a plain key or by equality
seen    public.visits.reason clear, public.visits.reason written
