-- role front_desk
SELECT id FROM patients WHERE phone LIKE '%1234'
----
Split
because public.patients.phone: an expression needs its value
server  SELECT (0)::pg_catalog.int4, pg_catalog.int4send("id"), "phone"::pg_catalog.bytea FROM "public"."patients" WHERE ((not vip))
slice   public.patients(id, phone open, mask last4)
twin    SELECT id, patients.id::pg_catalog.text AS pgveil_2 FROM patients WHERE phone LIKE {literal 1}
seen    public.patients.phone masked
