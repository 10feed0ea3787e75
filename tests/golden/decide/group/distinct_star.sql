-- role clinician
SELECT DISTINCT * FROM prescriptions
----
InPlace
server  SELECT DISTINCT ON (1, 2, pgveil.equality(prescriptions.drug), pgveil.equality(prescriptions.dose), 5, pgveil.equality(prescriptions.pills), pgveil.equality(prescriptions.barcode), 8, 9) * FROM public.prescriptions
outputs forward; forward; open; open; forward; open; open; forward; forward
seen    public.prescriptions.barcode clear, public.prescriptions.dose clear, public.prescriptions.drug clear, public.prescriptions.pills clear
        some patients concerned cannot be enumerated
