-- role clinician
DECLARE c BINARY CURSOR FOR SELECT last_name FROM patients
----
Refuse  cursor_on_tagged (0A000)
        a binary cursor cannot be declared over tagged columns
hint    leave BINARY out, or use the driver's own cursors
