-- role clinician
SELECT id FROM patients WHERE last_name LIKE 'Smi%' ORDER BY id OFFSET 2 FOR UPDATE
----
Refuse  lock_of_masked (0A000)
        rows that OFFSET skips would have to be locked too, and only the server knows them
column  public.patients.last_name
hint    lock them by a plain key, or by equality on a column with an equality term
seen    public.patients.last_name clear
