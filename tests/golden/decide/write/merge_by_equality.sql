-- role clinician
MERGE INTO patients p USING (VALUES ($1, $2)) s(mrn, n) ON p.mrn = s.mrn WHEN MATCHED THEN UPDATE SET last_name = s.n WHEN NOT MATCHED THEN INSERT (mrn, last_name, first_name, dob, state) VALUES (s.mrn, s.n, 'F', '2000-01-01', 'OH')
----
InPlace
server  MERGE INTO public.patients p USING (VALUES ($2, $1)) s(mrn, n) ON pgveil.equality(p.mrn) = pgveil.equality(s.mrn) WHEN MATCHED THEN UPDATE SET last_name = s.n WHEN NOT MATCHED THEN INSERT (mrn, last_name, first_name, dob, state) VALUES (s.mrn, s.n, {literal 1 sealed}, {literal 2 sealed}, {literal 3})
        $1 is the client's $2, sealed
        $2 is the client's $1, sealed
seen    public.patients.dob written, public.patients.first_name written, public.patients.last_name written, public.patients.mrn searched, public.patients.mrn written
        some patients concerned cannot be enumerated
