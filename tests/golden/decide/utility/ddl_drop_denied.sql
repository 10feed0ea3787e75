-- role front_desk
DROP TABLE patients CASCADE
----
Refuse  verb_not_granted (42501)
        permission denied for table patients
hint    Dropping tagged columns needs the verb delete on every class of the table.
