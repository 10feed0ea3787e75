-- role clinician
SELECT label FROM patient_labels WHERE id = 3
----
Split
because public.patients.last_name: a cast needs its value
server  SELECT (0)::pg_catalog.int4, pg_catalog.int4send("id"), "last_name"::pg_catalog.bytea, "first_name"::pg_catalog.bytea, "dob"::pg_catalog.bytea, pg_catalog.textsend(("id")::pg_catalog.text) FROM "public"."patients"
slice   public.patients(id, last_name open, first_name open, dob open)
twin    SELECT label FROM patient_labels WHERE id = {literal 1}
seen    public.patients.dob clear, public.patients.first_name clear, public.patients.last_name clear
