-- role clinician
UPDATE patient_names SET last_name = 'Doe' WHERE id = 3 RETURNING id, last_name
----
InPlace
server  UPDATE public.patient_names SET last_name = {literal 1 sealed} WHERE id = {literal 2} RETURNING id, last_name
outputs forward; open
seen    public.patients.last_name clear, public.patients.last_name written
        some patients concerned cannot be enumerated
