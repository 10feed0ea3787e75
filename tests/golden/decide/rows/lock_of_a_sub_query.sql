-- role clinician
SELECT upper(last_name) FROM (SELECT last_name FROM patients WHERE id = 3 FOR UPDATE) x
----
Refuse  lock_of_masked (0A000)
        rows of a sub-query cannot be locked by what the server cannot evaluate
column  public.patients.last_name
hint    lock the rows of its tables by a plain key
seen    public.patients.last_name clear
