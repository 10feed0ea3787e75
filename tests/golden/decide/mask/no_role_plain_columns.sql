-- role nobody
SELECT id, vip FROM patients
----
Pass
