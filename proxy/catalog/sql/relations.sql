SELECT c.oid, n.nspname, c.relname, c.relkind, c.relrowsecurity,
       EXISTS (SELECT FROM pg_catalog.pg_inherits i WHERE i.inhparent = c.oid),
       n.nspname IN ('pg_catalog', 'information_schema', 'pg_toast'),
       EXISTS (SELECT FROM pg_catalog.pg_trigger t WHERE t.tgrelid = c.oid AND t.tgtype & 7 = 7),
       EXISTS (SELECT FROM pg_catalog.pg_trigger t WHERE t.tgrelid = c.oid AND t.tgtype & 19 = 19),
       EXISTS (SELECT FROM pg_catalog.pg_trigger t WHERE t.tgrelid = c.oid AND t.tgtype & 11 = 11),
       -- what it is a part of, and what a materialized view was filled from
       coalesce((WITH RECURSIVE up(oid) AS (
           SELECT c.oid
           UNION
           SELECT above.oid FROM up CROSS JOIN LATERAL (
             SELECT i.inhparent FROM pg_catalog.pg_inherits i WHERE i.inhrelid = up.oid
             UNION ALL
             SELECT d.refobjid FROM pg_catalog.pg_rewrite r JOIN pg_catalog.pg_depend d
               ON d.classid = 'pg_catalog.pg_rewrite'::pg_catalog.regclass AND d.objid = r.oid
              AND d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass
             WHERE r.ev_class = up.oid AND r.rulename = '_RETURN') above(oid))
         SELECT pg_catalog.string_agg(up.oid::pg_catalog.text, ' ') FROM up
         WHERE up.oid <> c.oid AND c.relkind IN ('r', 'p', 'f', 'm')), '')
FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S')
