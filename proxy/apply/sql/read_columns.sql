-- $1 table. The base type under all domains, its modifier, and what schema pgveil says (if it is there).
WITH RECURSIVE base (attnum, type, typmod) AS (
  SELECT a.attnum, a.atttypid, a.atttypmod
  FROM pg_catalog.pg_attribute a
  WHERE a.attrelid = $1::oid AND a.attnum > 0 AND NOT a.attisdropped
  UNION ALL
  SELECT b.attnum, t.typbasetype, CASE WHEN t.typtypmod >= 0 THEN t.typtypmod ELSE b.typmod END
  FROM base b JOIN pg_catalog.pg_type t ON t.oid = b.type
  WHERE t.typtype = 'd'
)
SELECT a.attnum, a.attname, pg_catalog.format_type(a.atttypid, a.atttypmod), t.oid, t.typname, b.typmod,
       a.attnotnull, pg_catalog.pg_get_expr(d.adbin, d.adrelid), a.attidentity, a.attgenerated,
       CASE WHEN a.attcollation <> own.typcollation AND a.attcollation <> 0
            THEN pg_catalog.quote_ident(cn.nspname) || '.' || pg_catalog.quote_ident(co.collname) END,
       a.attstorage, coalesce(pg_catalog.to_jsonb(a) ->> 'attcompression', ''),
       own.typtype = 'd' AND tn.nspname = 'pgveil',
       coalesce(co.collisdeterministic, true),
       coalesce(CASE co.collprovider
                  WHEN 'd' THEN (SELECT coalesce(pg_catalog.to_jsonb(db) ->> 'datlocprovider', 'c') = 'c'
                                   AND db.datcollate IN ('C', 'POSIX', 'C.UTF-8', 'C.utf8')
                                 FROM pg_catalog.pg_database db
                                 WHERE db.datname = pg_catalog.current_database())
                  WHEN 'c' THEN co.collcollate IN ('C', 'POSIX', 'C.UTF-8', 'C.utf8')
                END, false)
FROM pg_catalog.pg_attribute a
JOIN base b ON b.attnum = a.attnum
JOIN pg_catalog.pg_type t ON t.oid = b.type AND t.typtype <> 'd'
JOIN pg_catalog.pg_type own ON own.oid = a.atttypid
JOIN pg_catalog.pg_namespace tn ON tn.oid = own.typnamespace
LEFT JOIN pg_catalog.pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
LEFT JOIN pg_catalog.pg_collation co ON co.oid = a.attcollation
LEFT JOIN pg_catalog.pg_namespace cn ON cn.oid = co.collnamespace
WHERE a.attrelid = $1::oid
ORDER BY a.attnum
