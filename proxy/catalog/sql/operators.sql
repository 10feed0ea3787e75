SELECT o.oid, n.nspname, o.oprname, o.oprleft, o.oprright, o.oprcode::pg_catalog.oid
FROM pg_catalog.pg_operator o JOIN pg_catalog.pg_namespace n ON n.oid = o.oprnamespace
