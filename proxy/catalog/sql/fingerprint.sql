-- One hash over what the twin and the catalog are made of. Only contents: statistics, storage and
-- temporary objects change all the time and mean nothing here. Rows that only DDL changes count by xmin.
WITH mine AS MATERIALIZED (
  SELECT oid FROM pg_catalog.pg_namespace
  WHERE nspname !~ '^pg_(temp|toast)' AND nspname NOT IN ('pg_catalog', 'information_schema')
), relation AS MATERIALIZED (
  SELECT oid, relname, relnamespace, relkind, relowner, relacl, relrowsecurity,
         relforcerowsecurity, relpersistence, reloptions, relreplident
  FROM pg_catalog.pg_class WHERE relnamespace IN (SELECT oid FROM mine)
), part (kind, item) AS (
  SELECT 1, (oid, nspname, nspowner, nspacl)::text FROM pg_catalog.pg_namespace
    WHERE oid IN (SELECT oid FROM mine)
  UNION ALL SELECT 2, relation::text FROM relation
  UNION ALL SELECT 3, (attrelid, attnum, attname, atttypid, atttypmod, attnotnull, atthasdef,
                       attidentity, attgenerated, attisdropped, attacl, attcollation)::text
    FROM pg_catalog.pg_attribute WHERE attnum > 0 AND attrelid IN (SELECT oid FROM relation)
  UNION ALL SELECT 4, (oid, xmin)::text FROM pg_catalog.pg_attrdef
    WHERE adrelid IN (SELECT oid FROM relation)
  UNION ALL SELECT 5, (oid, conname, convalidated, xmin)::text FROM pg_catalog.pg_constraint
    WHERE connamespace IN (SELECT oid FROM mine)
  UNION ALL SELECT 6, (oid, xmin)::text FROM pg_catalog.pg_proc
    WHERE pronamespace IN (SELECT oid FROM mine)
  UNION ALL SELECT 7, (oid, xmin)::text FROM pg_catalog.pg_type
    WHERE typnamespace IN (SELECT oid FROM mine)
  UNION ALL SELECT 8, (oid, enumtypid, enumlabel, enumsortorder)::text FROM pg_catalog.pg_enum
  UNION ALL SELECT 9, (oid, xmin)::text FROM pg_catalog.pg_rewrite
    WHERE ev_class IN (SELECT oid FROM relation)
  UNION ALL SELECT 10, (oid, tgname, tgenabled, xmin)::text FROM pg_catalog.pg_trigger
    WHERE NOT tgisinternal AND tgrelid IN (SELECT oid FROM relation)
  UNION ALL SELECT 11, (indexrelid, indisunique, indisprimary, indisvalid)::text
    FROM pg_catalog.pg_index WHERE indrelid IN (SELECT oid FROM relation)
  UNION ALL SELECT 12, (inhrelid, inhparent, inhseqno)::text FROM pg_catalog.pg_inherits
    WHERE inhrelid IN (SELECT oid FROM relation)
  UNION ALL SELECT 13, (oid, xmin)::text FROM pg_catalog.pg_operator WHERE oid >= 16384
  UNION ALL SELECT 14, (oid, xmin)::text FROM pg_catalog.pg_cast WHERE oid >= 16384
  UNION ALL SELECT 15, (oid, xmin)::text FROM pg_catalog.pg_collation WHERE oid >= 16384
  UNION ALL SELECT 16, (oid, extname, extversion)::text FROM pg_catalog.pg_extension
  UNION ALL SELECT 17, (oid, xmin)::text FROM pg_catalog.pg_policy
  UNION ALL SELECT 18, (objoid, objsubid, pg_catalog.md5(description))::text
    FROM pg_catalog.pg_description
    WHERE classoid = 'pg_catalog.pg_class'::pg_catalog.regclass
      AND objoid IN (SELECT oid FROM relation)
  UNION ALL SELECT 19, (oid, rolname, rolsuper, rolinherit, rolcanlogin)::text
    FROM pg_catalog.pg_roles
  UNION ALL SELECT 20, (roleid, member)::text FROM pg_catalog.pg_auth_members
)
SELECT pg_catalog.md5(pg_catalog.string_agg(digest, '' ORDER BY kind))
FROM (SELECT kind, pg_catalog.md5(pg_catalog.string_agg(item, ',' ORDER BY item COLLATE "C")) AS digest
      FROM part GROUP BY kind) digests
