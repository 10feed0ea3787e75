-- role front_desk
SELECT 1
----
Pass
