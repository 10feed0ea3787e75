-- $1 view. Statements that give it its rights and comments again.
SELECT statement FROM (
  SELECT 1 AS part, x.grantee::text AS who,
         pg_catalog.format('GRANT %s ON %s TO %s%s', x.privilege_type, v.name,
           CASE WHEN x.grantee = 0 THEN 'PUBLIC'
                ELSE pg_catalog.quote_ident(pg_catalog.pg_get_userbyid(x.grantee)) END,
           CASE WHEN x.is_grantable THEN ' WITH GRANT OPTION' ELSE '' END) AS statement
  FROM pg_catalog.pg_class c
  CROSS JOIN LATERAL (SELECT pg_catalog.format('%I.%I', n.nspname, c.relname) AS name
                      FROM pg_catalog.pg_namespace n WHERE n.oid = c.relnamespace) v,
       LATERAL pg_catalog.aclexplode(c.relacl) x
  WHERE c.oid = $1::oid AND x.grantee <> c.relowner
  UNION ALL
  SELECT 2, a.attnum::text,
         pg_catalog.format('GRANT %s (%I) ON %I.%I TO %s%s', x.privilege_type, a.attname, n.nspname,
           c.relname, CASE WHEN x.grantee = 0 THEN 'PUBLIC'
                ELSE pg_catalog.quote_ident(pg_catalog.pg_get_userbyid(x.grantee)) END,
           CASE WHEN x.is_grantable THEN ' WITH GRANT OPTION' ELSE '' END)
  FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
  JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0,
       LATERAL pg_catalog.aclexplode(a.attacl) x
  WHERE c.oid = $1::oid AND x.grantee <> c.relowner
  UNION ALL
  SELECT 3, d.objsubid::text,
         CASE WHEN d.objsubid = 0
              THEN pg_catalog.format('COMMENT ON VIEW %I.%I IS %L', n.nspname, c.relname, d.description)
              ELSE pg_catalog.format('COMMENT ON COLUMN %I.%I.%I IS %L', n.nspname, c.relname, a.attname,
                                     d.description) END
  FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
  JOIN pg_catalog.pg_description d ON d.objoid = c.oid
                                  AND d.classoid = 'pg_catalog.pg_class'::pg_catalog.regclass
  LEFT JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum = d.objsubid
  WHERE c.oid = $1::oid
) AS statements
ORDER BY part, who, statement
