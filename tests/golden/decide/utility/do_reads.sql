-- role clinician
DO $$ BEGIN IF EXISTS (SELECT 1 FROM patients WHERE typname = 'x') THEN RAISE NOTICE 'yes'; END IF; END $$
----
Refuse  opaque_function (0A000)
        code that is run by DO or CALL may read tables, and what it reads cannot be known
hint    send its statements one by one
