-- role clinician
SELECT id FROM patients WHERE emergency ->> 'relation' = 'spouse' AND practitioner_id = 4
----
Split
because public.patients.emergency: an expression needs its value
server  SELECT (0)::pg_catalog.int4, pg_catalog.int4send("id"), "emergency"::pg_catalog.bytea, pg_catalog.int4send("practitioner_id") FROM "public"."patients" WHERE (((practitioner_id = {literal 3})))
slice   public.patients(id, emergency open, practitioner_id)
twin    SELECT id, patients.id::pg_catalog.text AS pgveil_2 FROM patients WHERE (emergency ->> {literal 1}) = {literal 2} AND practitioner_id = {literal 3}
seen    public.patients.emergency clear
