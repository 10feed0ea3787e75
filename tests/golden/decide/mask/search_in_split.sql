-- role front_desk
SELECT last_name || ', ' || first_name, ssn FROM patients WHERE ssn = $1
----
Split
because public.patients.last_name: an expression needs its value
server  SELECT (0)::pg_catalog.int4, "ssn"::pg_catalog.bytea, "last_name"::pg_catalog.bytea, "first_name"::pg_catalog.bytea, pg_catalog.int4send("id") FROM "public"."patients" WHERE ((not vip) AND ((pgveil.equality("ssn") = $1)))
        $1 is the client's $1, equality term
slice   public.patients(ssn open, mask last4, last_name open, first_name open, id)
twin    SELECT (last_name || {literal 1}) || first_name, ssn, patients.id::pg_catalog.text AS pgveil_3 FROM patients WHERE true
seen    public.patients.first_name clear, public.patients.last_name clear, public.patients.ssn masked, public.patients.ssn searched
