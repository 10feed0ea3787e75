-- Of the predefined roles only those that let nobody reach files or programs.
SELECT g.rolname, m.rolname
FROM pg_catalog.pg_auth_members a
JOIN pg_catalog.pg_roles g ON g.oid = a.roleid
JOIN pg_catalog.pg_roles m ON m.oid = a.member
WHERE m.rolname !~ '^pg_' AND m.rolname NOT IN ('pgveil_twin', 'pgveil_twin_admin')
  AND (g.rolname !~ '^pg_'
       OR g.rolname IN ('pg_read_all_data', 'pg_write_all_data', 'pg_read_all_settings',
                        'pg_read_all_stats', 'pg_monitor'))
GROUP BY 1, 2
ORDER BY 1, 2
