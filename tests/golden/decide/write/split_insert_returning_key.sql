-- role clinician
INSERT INTO appointments (patient_id, practitioner_id, starts_at, reason) VALUES (3, 2, '2031-01-01', 'Cough') RETURNING upper(reason), id
----
Refuse  sealed_column_expression (0A000)
        the server cannot do this write over sealed or masked columns: RETURNING computes with a value that the server makes
column  public.appointments.reason
hint    compute the value in the program and write it as a parameter, or find the rows by a plain key or by equality
seen    public.appointments.reason clear, public.appointments.reason written
