-- role clinician
COPY patients (id, last_name) FROM STDIN WHERE id > 3
----
Refuse  copy_of_tagged (0A000)
        COPY … WHERE cannot yet choose the rows of a table with tagged columns: public.patients
hint    leave out the rows before they are sent, or INSERT them
seen    public.patients.last_name written
