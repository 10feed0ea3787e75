-- role front_desk
SELECT id FROM patients WHERE NOT (ssn = $1)
----
Split
because public.patients.ssn: the masked value counts in a comparison
server  SELECT (0)::pg_catalog.int4, pg_catalog.int4send("id"), "ssn"::pg_catalog.bytea FROM "public"."patients" WHERE ((not vip))
slice   public.patients(id, ssn open, mask last4)
twin    SELECT id, patients.id::pg_catalog.text AS pgveil_2 FROM patients WHERE NOT ssn = $1
seen    public.patients.ssn masked
