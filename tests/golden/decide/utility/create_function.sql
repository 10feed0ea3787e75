-- role clinician
CREATE FUNCTION f() RETURNS text LANGUAGE sql AS 'SELECT zip FROM patients'
----
Refuse  opaque_function (0A000)
        code that runs inside the server may read what the policy hides, so it is not created through pgveil
hint    create functions, triggers, rules and the like on the server itself
