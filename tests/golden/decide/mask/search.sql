-- role front_desk
SELECT id, ssn FROM patients WHERE ssn = $1
----
InPlace
server  SELECT id, ssn, patients.id::pg_catalog.text AS pgveil_3 FROM (SELECT id AS id, mrn AS mrn, ssn AS ssn, last_name AS last_name, first_name AS first_name, dob AS dob, sex AS sex, street AS street, CASE WHEN city::pg_catalog.text IS NOT NULL THEN '***' END::varchar(60) AS city, state AS state, CASE WHEN zip::pg_catalog.text IS NULL THEN NULL WHEN pg_catalog.length(pg_catalog."left"(zip::pg_catalog.text, 3)) OPERATOR(pg_catalog.=) 3 AND pg_catalog.translate(pg_catalog."left"(zip::pg_catalog.text, 3), '0123456789', '') COLLATE pg_catalog."C" OPERATOR(pg_catalog.=) '' AND pg_catalog."left"(zip::pg_catalog.text, 3) COLLATE pg_catalog."C" OPERATOR(pg_catalog.<>) ALL(ARRAY['036', '059', '063', '102', '202', '203', '204', '205', '369', '556', '692', '753', '772', '790', '821', '823', '830', '831', '878', '879', '884', '890', '893']) THEN pg_catalog."left"(zip::pg_catalog.text, 3) ELSE '000' END::varchar(10) AS zip, phone AS phone, email AS email, external_ref AS external_ref, NULL::pg_catalog.jsonb AS emergency, NULL::pg_catalog.bytea AS photo, language AS language, vip AS vip, practitioner_id AS practitioner_id, revision AS revision, registered_at AS registered_at FROM public.patients WHERE NOT vip) patients WHERE pgveil.equality(ssn) = $1
        $1 is the client's $1, equality term
outputs forward; open, mask last4; subject
seen    public.patients.ssn masked, public.patients.ssn searched
