-- role front_desk
COPY patients (id, last_name) TO STDOUT
----
Refuse  verb_not_granted (42501)
        permission denied for column last_name of table patients
column  public.patients.last_name
hint    The policy does not grant role front_desk the verb export on class demographics.
seen    public.patients.last_name clear
