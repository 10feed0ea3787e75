-- role nobody
SELECT last_name FROM patients
----
Refuse  no_role (42501)
        permission denied for column last_name of table patients
column  public.patients.last_name
hint    The policy does not grant a login in no role the verb clear on class demographics.
seen    public.patients.last_name masked
