-- $1 schema, $2 name. The rewrite rule of a view that was just created.
SELECT c.oid, r.ev_action::text
FROM pg_catalog.pg_class c
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
JOIN pg_catalog.pg_rewrite r ON r.ev_class = c.oid AND r.rulename = '_RETURN'
WHERE n.nspname = $1 AND c.relname = $2
