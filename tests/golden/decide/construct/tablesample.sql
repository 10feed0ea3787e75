-- role clinician
SELECT upper(last_name) FROM patients TABLESAMPLE BERNOULLI (10)
----
Refuse  not_understood (0A000)
        TABLESAMPLE cannot be combined with expressions over sealed columns
column  public.patients.last_name
hint    leave it out
seen    public.patients.last_name clear
