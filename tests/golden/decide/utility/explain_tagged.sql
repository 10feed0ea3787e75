-- role front_desk
EXPLAIN SELECT last_name FROM patients
----
Local
