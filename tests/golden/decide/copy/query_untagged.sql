-- role front_desk
COPY (SELECT name FROM rooms) TO STDOUT
----
Pass
