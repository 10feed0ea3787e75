-- role front_desk
UPDATE patients SET phone = $1 WHERE id = 1
----
Refuse  verb_not_granted (42501)
        permission denied for column phone of table patients
column  public.patients.phone
hint    The policy does not grant role front_desk the verb change on class contact.
seen    public.patients.phone written
