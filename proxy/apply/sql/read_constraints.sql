-- $1 table. Checks and foreign keys, in both directions, with the table's columns that they need.
SELECT k.conname, k.contype, pg_catalog.pg_get_constraintdef(k.oid),
       pg_catalog.obj_description(k.oid, 'pg_constraint'),
       pg_catalog.pg_describe_object('pg_catalog.pg_constraint'::pg_catalog.regclass, k.oid, 0),
       (SELECT pg_catalog.string_agg(x.attnum::text, ' ')
        FROM pg_catalog.unnest(CASE WHEN k.conrelid = $1::oid THEN k.conkey END
                               || CASE WHEN k.confrelid = $1::oid THEN k.confkey END) AS x (attnum))
FROM pg_catalog.pg_constraint k
WHERE (k.conrelid = $1::oid OR k.confrelid = $1::oid) AND k.contype IN ('c', 'f')
ORDER BY k.conname
