-- role clinician
SELECT upper(a.last_name) FROM patients a TABLESAMPLE SYSTEM (5) JOIN patients b ON a.id = b.id
----
Refuse  not_understood (0A000)
        a sampled table that is named twice cannot be combined with expressions over sealed columns
column  public.patients.last_name
hint    name it once
seen    public.patients.last_name clear
