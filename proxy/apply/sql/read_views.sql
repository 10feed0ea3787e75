-- $1 table. Views above it, at any height, with the relations that each one names, deepest first.
WITH RECURSIVE uses (view, relation) AS (
  SELECT DISTINCT r.ev_class, d.refobjid
  FROM pg_catalog.pg_rewrite r
  JOIN pg_catalog.pg_depend d ON d.classid = 'pg_catalog.pg_rewrite'::pg_catalog.regclass
                             AND d.objid = r.oid
                             AND d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass
  WHERE d.refobjid <> r.ev_class
), above (view, height) AS (
  SELECT u.view, 1 FROM uses u WHERE u.relation = $1::oid
  UNION
  SELECT u.view, a.height + 1 FROM above a JOIN uses u ON u.relation = a.view
), deepest (view, height) AS (
  SELECT view, max(height) FROM above GROUP BY view
)
SELECT c.oid, n.nspname, c.relname, c.relkind, pg_catalog.pg_get_userbyid(c.relowner),
       coalesce(pg_catalog.array_to_string(c.reloptions, ', '), ''),
       pg_catalog.pg_get_viewdef(c.oid), r.ev_action::text,
       EXISTS (SELECT FROM pg_catalog.pg_trigger t WHERE t.tgrelid = c.oid)
         OR EXISTS (SELECT FROM pg_catalog.pg_rewrite o
                    WHERE o.ev_class = c.oid AND o.rulename <> '_RETURN')
         OR EXISTS (SELECT FROM pg_catalog.pg_attrdef a WHERE a.adrelid = c.oid),
       (SELECT pg_catalog.string_agg(u.relation::text, ' ') FROM uses u WHERE u.view = c.oid)
FROM deepest a
JOIN pg_catalog.pg_class c ON c.oid = a.view
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
JOIN pg_catalog.pg_rewrite r ON r.ev_class = c.oid AND r.rulename = '_RETURN'
ORDER BY a.height, n.nspname, c.relname
