-- role front_desk
SELECT * FROM practitioners ORDER BY last_name
----
Pass
