-- role clinician
SELECT * FROM patients WHERE id = $1
----
InPlace
server  SELECT *, patients.id::pg_catalog.text AS pgveil_2 FROM public.patients WHERE id = $1
        $1 is the client's $1, as it is
outputs forward; open; open; open; open; open; forward; open; forward; forward; forward; open; open; open; open; open; forward; forward; forward; forward; forward; subject
seen    public.patients.city clear, public.patients.dob clear, public.patients.email clear, public.patients.emergency clear, public.patients.external_ref clear, public.patients.first_name clear, public.patients.last_name clear, public.patients.mrn clear, public.patients.phone clear, public.patients.photo clear, public.patients.ssn clear, public.patients.street clear, public.patients.zip clear
