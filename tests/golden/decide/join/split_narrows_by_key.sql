-- role clinician
SELECT upper(p.last_name), v.reason FROM patients p JOIN visits v ON v.patient_id = p.id WHERE p.mrn = 'M7'
----
Split
because public.patients.last_name: an expression needs its value
server  SELECT (0)::pg_catalog.int4, pg_catalog.int4send("id"), "mrn"::pg_catalog.bytea, "last_name"::pg_catalog.bytea FROM "public"."patients" WHERE (((pgveil.equality("mrn") = {literal 1 equality term}))) UNION ALL SELECT (1)::pg_catalog.int4, pg_catalog.int4send("patient_id"), "reason"::pg_catalog.bytea, NULL::pg_catalog.bytea FROM "public"."visits" WHERE ((("patient_id" IN (SELECT "id" FROM "public"."patients" WHERE ((pgveil.equality("mrn") = {literal 1 equality term}))))))
slice   public.patients(id, mrn open, last_name open); public.visits(patient_id, reason open)
twin    SELECT upper(p.last_name), v.reason, p.id::pg_catalog.text AS pgveil_3, v.patient_id::pg_catalog.text AS pgveil_4 FROM patients p JOIN visits v ON v.patient_id = p.id WHERE p.mrn = {literal 1}
seen    public.patients.last_name clear, public.patients.mrn searched, public.visits.reason clear
