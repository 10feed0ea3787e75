-- role clinician
SELECT id FROM patients WHERE last_name LIKE 'Smi%' FOR UPDATE SKIP LOCKED
----
Refuse  lock_of_masked (0A000)
        SKIP LOCKED cannot be combined with a condition that the server cannot evaluate
column  public.patients.last_name
hint    lock them by a plain key, or by equality on a column with an equality term
seen    public.patients.last_name clear
