-- role front_desk
EXPLAIN SELECT * FROM rooms
----
Pass
