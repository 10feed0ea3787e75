-- role front_desk
COPY patients TO STDOUT
----
Refuse  copy_of_tagged (0A000)
        COPY cannot yet read or write tagged columns: public.patients
hint    use SELECT or INSERT
