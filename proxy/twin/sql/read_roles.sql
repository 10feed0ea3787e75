SELECT oid, rolname, rolsuper, rolinherit, rolcanlogin, rolbypassrls
FROM pg_catalog.pg_roles
WHERE rolname !~ '^pg_' AND rolname NOT IN ('pgveil_twin', 'pgveil_twin_admin')
ORDER BY oid
