-- role clinician
SELECT upper(last_name) FROM patients WHERE id = 1 FOR UPDATE
----
Refuse  lock_of_masked (0A000)
        rows cannot be locked by a condition that the server cannot evaluate
column  public.patients.last_name
hint    lock them by a plain key, or by equality on a column with an equality term
seen    public.patients.last_name clear
