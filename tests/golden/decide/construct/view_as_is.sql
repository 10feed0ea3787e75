-- role front_desk
SELECT last_name, first_name FROM waiting_room WHERE starts_at > '2026-01-05 09:00'
----
Split
because a view reads a masked or filtered table
server  SELECT (0)::pg_catalog.int4, pg_catalog.int4send("id"), pg_catalog.int4send("patient_id"), pg_catalog.timestamp_send("starts_at"), pg_catalog.int2send("minutes"), pg_catalog.enum_send("status"), pg_catalog.textsend(("patient_id")::pg_catalog.text) FROM "public"."appointments" WHERE ((("patient_id" IN (SELECT "id" FROM "public"."patients" WHERE (not vip))))) UNION ALL SELECT (1)::pg_catalog.int4, pg_catalog.int4send("id"), "last_name"::pg_catalog.bytea, "first_name"::pg_catalog.bytea, pg_catalog.textsend(("id")::pg_catalog.text), NULL::pg_catalog.bytea, NULL::pg_catalog.bytea FROM "public"."patients" WHERE ((not vip))
slice   public.appointments(id, patient_id, starts_at, minutes, status); public.patients(id, last_name open, first_name open)
twin    SELECT last_name, first_name FROM waiting_room WHERE starts_at > {literal 1}
seen    public.patients.first_name clear, public.patients.last_name clear
