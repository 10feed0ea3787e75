-- role front_desk
COPY (SELECT last_name FROM patients) TO STDOUT
----
Refuse  copy_of_tagged (0A000)
        COPY cannot yet read or write tagged columns
hint    use SELECT or INSERT
