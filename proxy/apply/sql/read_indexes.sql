-- $1 table. One row per index, with the columns that it needs in any way.
SELECT i.indexrelid, c.relname, i.indisunique, i.indisexclusion, i.indimmediate, i.indisreplident,
       i.indisclustered, am.amname, pg_catalog.pg_get_indexdef(i.indexrelid),
       pg_catalog.pg_get_expr(i.indpred, i.indrelid),
       coalesce((pg_catalog.to_jsonb(i) ->> 'indnullsnotdistinct')::boolean, false),
       k.conname, pg_catalog.pg_get_constraintdef(k.oid),
       pg_catalog.obj_description(coalesce(k.oid, i.indexrelid),
                                  CASE WHEN k.oid IS NULL THEN 'pg_class' ELSE 'pg_constraint' END),
       (SELECT pg_catalog.string_agg(DISTINCT x.attnum::text, ' ')
        FROM (SELECT pg_catalog.unnest(i.indkey)::integer AS attnum
              UNION ALL
              SELECT d.refobjsubid FROM pg_catalog.pg_depend d
              WHERE d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass
                AND d.refobjid = i.indrelid AND d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass
                AND d.objid = i.indexrelid) x
        WHERE x.attnum > 0)
FROM pg_catalog.pg_index i
JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid
JOIN pg_catalog.pg_am am ON am.oid = c.relam
LEFT JOIN pg_catalog.pg_constraint k ON k.conindid = i.indexrelid AND k.conrelid = i.indrelid
                                     AND k.contype IN ('p', 'u', 'x')
WHERE i.indrelid = $1::oid
ORDER BY c.relname
