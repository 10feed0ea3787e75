WITH RECURSIVE reached (member, role) AS (
  SELECT oid, oid FROM pg_catalog.pg_roles
  UNION
  SELECT reached.member, membership.roleid
  FROM reached JOIN pg_catalog.pg_auth_members AS membership ON membership.member = reached.role
)
SELECT member.rolname, role.rolname
FROM reached
JOIN pg_catalog.pg_roles AS member ON member.oid = reached.member
JOIN pg_catalog.pg_roles AS role ON role.oid = reached.role
ORDER BY 1, 2
