-- Who may make schemas and temporary objects in the database.
SELECT CASE WHEN acl.grantee = 0 THEN 'PUBLIC' ELSE pg_catalog.quote_ident(role.rolname) END, acl.privilege_type
FROM pg_catalog.pg_database AS database,
  LATERAL pg_catalog.aclexplode(database.datacl) AS acl
  LEFT JOIN pg_catalog.pg_roles AS role ON role.oid = acl.grantee
WHERE database.datname = pg_catalog.current_database() AND acl.privilege_type IN ('CREATE', 'TEMPORARY')
  AND (acl.grantee = 0 OR role.rolname IS NOT NULL)
ORDER BY 1, 2
