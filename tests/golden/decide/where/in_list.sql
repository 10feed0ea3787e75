-- role clinician
SELECT id FROM patients WHERE mrn IN ('M1', 'M2', $1)
----
Split
because public.patients.mrn: an expression needs its value
server  SELECT (0)::pg_catalog.int4, pg_catalog.int4send("id"), "mrn"::pg_catalog.bytea FROM "public"."patients"
slice   public.patients(id, mrn open)
twin    SELECT id, patients.id::pg_catalog.text FROM patients WHERE mrn IN ({literal 1}, {literal 2}, $1)
seen    public.patients.mrn clear
