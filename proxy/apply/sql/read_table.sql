-- $1 schema, $2 name
SELECT c.oid, c.relkind, c.relispartition OR c.relhassubclass
         OR EXISTS (SELECT FROM pg_catalog.pg_inherits i
                    WHERE i.inhrelid = c.oid OR i.inhparent = c.oid),
       c.reloftype <> 0, c.relpersistence, greatest(c.reltuples, 0)::bigint,
       pg_catalog.pg_table_size(c.oid),
       (SELECT pg_catalog.string_agg(t.tgname, ', ' ORDER BY t.tgname)
        FROM pg_catalog.pg_trigger t WHERE t.tgrelid = c.oid AND NOT t.tgisinternal)
FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = $1 AND c.relname = $2
