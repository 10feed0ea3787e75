-- role clinician
SELECT row_to_json(p) FROM patients p WHERE id = 1
----
Split
because public.patients.mrn: the whole row is used as one value
server  SELECT (0)::pg_catalog.int4, pg_catalog.int4send("id"), "mrn"::pg_catalog.bytea, "ssn"::pg_catalog.bytea, "last_name"::pg_catalog.bytea, "first_name"::pg_catalog.bytea, "dob"::pg_catalog.bytea, pg_catalog.enum_send("sex"), "street"::pg_catalog.bytea, pg_catalog.varcharsend("city"), pg_catalog.bpcharsend("state"), pg_catalog.varcharsend("zip"), "phone"::pg_catalog.bytea, "email"::pg_catalog.bytea, "external_ref"::pg_catalog.bytea, "emergency"::pg_catalog.bytea, "photo"::pg_catalog.bytea, pg_catalog.varcharsend("language"), pg_catalog.boolsend("vip"), pg_catalog.int4send("practitioner_id"), pg_catalog.int4send("revision"), pg_catalog.timestamptz_send("registered_at") FROM "public"."patients" WHERE (((id = {literal 1})))
slice   public.patients(id, mrn open, ssn open, last_name open, first_name open, dob open, sex, street open, city, state, zip, phone open, email open, external_ref open, emergency open, photo open, language, vip, practitioner_id, revision, registered_at)
twin    SELECT row_to_json(p), p.id::pg_catalog.text AS pgveil_2 FROM patients p WHERE id = {literal 1}
seen    public.patients.city clear, public.patients.dob clear, public.patients.email clear, public.patients.emergency clear, public.patients.external_ref clear, public.patients.first_name clear, public.patients.last_name clear, public.patients.mrn clear, public.patients.phone clear, public.patients.photo clear, public.patients.ssn clear, public.patients.street clear, public.patients.zip clear
