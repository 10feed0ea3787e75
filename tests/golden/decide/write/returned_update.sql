-- role clinician
UPDATE patients AS p SET last_name = 'Doe' WHERE mrn = 'Z1' RETURNING p.id, lower(p.last_name)
----
Split of what is written
because public.patients.last_name: an expression needs its value
server  UPDATE public.patients p SET last_name = {literal 1 sealed} WHERE pgveil.equality(mrn) = {literal 2 equality term} RETURNING 0::int AS pgveil_tag, pg_catalog.int4send(id) AS pgveil_1, last_name::pg_catalog.bytea AS pgveil_2, pg_catalog.textsend(id::pg_catalog.text) AS pgveil_3
slice   public.patients(id, last_name open)
twin    SELECT p.id, lower(p.last_name) FROM public.patients p
seen    public.patients.last_name clear, public.patients.last_name written, public.patients.mrn searched
