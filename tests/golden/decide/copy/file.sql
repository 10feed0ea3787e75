-- role clinician
COPY patients TO PROGRAM 'cat'
----
Refuse  server_file (0A000)
        COPY of tagged columns cannot use a program on the server: public.patients
hint    use COPY … STDIN or STDOUT, or psql's \copy
seen    public.patients.city clear, public.patients.dob clear, public.patients.email clear, public.patients.emergency clear, public.patients.external_ref clear, public.patients.first_name clear, public.patients.last_name clear, public.patients.mrn clear, public.patients.phone clear, public.patients.photo clear, public.patients.ssn clear, public.patients.street clear, public.patients.zip clear
