-- role clinician
DELETE FROM diagnoses WHERE description ILIKE '%pain%' RETURNING id, description
----
Split write
because public.diagnoses.description: an expression needs its value
server  SELECT (0)::pg_catalog.int4, pg_catalog.int4send("id"), "description"::pg_catalog.bytea, pg_catalog.tidsend(pgveil_ctid) FROM (SELECT ctid AS pgveil_ctid, "id", "description", "patient_id" FROM "public"."diagnoses" WHERE ((({literal 1 text query} IS NULL OR pgveil.text_terms("description") @@ {literal 1 text query}))) FOR UPDATE) AS "diagnoses"
slice   public.diagnoses(id, description open, pgveil_ctid)
twin    DELETE FROM diagnoses WHERE description ILIKE {literal 1}
write   DELETE FROM public.diagnoses WHERE diagnoses.ctid = ANY($1::pg_catalog.tid[]) RETURNING id, description, diagnoses.patient_id::pg_catalog.text AS pgveil_3
        $1 is the rows
outputs forward; open; subject
seen    public.diagnoses.description clear
