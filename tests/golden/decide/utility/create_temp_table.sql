-- role clinician
CREATE TEMP TABLE t (id int)
----
Refuse  not_understood (0A000)
        temporary tables cannot yet be followed
hint    use an ordinary table, or WITH
