-- role front_desk
SELECT photo FROM patients WHERE id = 3
----
Refuse  class_not_granted (42501)
        permission denied for column photo of table patients
column  public.patients.photo
hint    The policy does not grant role front_desk the verb clear on class documents.
seen    public.patients.photo masked
