SELECT c.oid, n.nspname, c.relname, c.relkind, c.relrowsecurity,
       EXISTS (SELECT FROM pg_catalog.pg_inherits i WHERE i.inhparent = c.oid),
       n.nspname IN ('pg_catalog', 'information_schema', 'pg_toast'),
       EXISTS (SELECT FROM pg_catalog.pg_trigger t WHERE t.tgrelid = c.oid AND t.tgtype & 7 = 7),
       EXISTS (SELECT FROM pg_catalog.pg_trigger t WHERE t.tgrelid = c.oid AND t.tgtype & 19 = 19),
       EXISTS (SELECT FROM pg_catalog.pg_trigger t WHERE t.tgrelid = c.oid AND t.tgtype & 11 = 11),
       coalesce((WITH RECURSIVE up AS (
           SELECT i.inhparent FROM pg_catalog.pg_inherits i WHERE i.inhrelid = c.oid
           UNION SELECT i.inhparent FROM up JOIN pg_catalog.pg_inherits i ON i.inhrelid = up.inhparent)
         SELECT pg_catalog.string_agg(inhparent::pg_catalog.text, ' ') FROM up
         WHERE c.relkind IN ('r', 'p', 'f')), '')
FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S')
