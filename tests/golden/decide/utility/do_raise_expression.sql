-- role clinician
DO $$ BEGIN RAISE NOTICE '%', (SELECT city FROM patients LIMIT 1); END $$
----
Refuse  opaque_function (0A000)
        code that is run by DO or CALL may read tables, and what it reads cannot be known
hint    send its statements one by one
