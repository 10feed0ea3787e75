-- role clinician
DELETE FROM appointments a USING patients p WHERE p.id = a.patient_id AND upper(p.last_name) = $1
----
Split write
because public.patients.last_name: an expression needs its value
server  SELECT (0)::pg_catalog.int4, pg_catalog.int4send("patient_id"), pg_catalog.tidsend(pgveil_ctid), NULL::pg_catalog.bytea FROM (SELECT ctid AS pgveil_ctid, "patient_id" FROM "public"."appointments" WHERE ((("patient_id" IN (SELECT "id" FROM "public"."patients" WHERE ((pgveil.equality_folded("last_name") = $1)))))) FOR UPDATE) AS "appointments" UNION ALL SELECT (1)::pg_catalog.int4, pg_catalog.int4send("id"), "last_name"::pg_catalog.bytea, pg_catalog.textsend(("id")::pg_catalog.text) FROM "public"."patients" WHERE (((pgveil.equality_folded("last_name") = $1)))
        $1 is the client's $1, folded term
slice   public.appointments(patient_id, pgveil_ctid); public.patients(id, last_name open)
twin    DELETE FROM appointments a USING patients p WHERE p.id = a.patient_id AND upper(p.last_name) = $1
write   DELETE FROM public.appointments a WHERE a.ctid = ANY($1::pg_catalog.tid[]) RETURNING a.patient_id::pg_catalog.text AS pgveil_1
        $1 is the rows
outputs subject
seen    public.patients.last_name clear
