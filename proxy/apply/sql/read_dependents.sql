-- $1 table. What else hangs on its columns: triggers, policies, functions, generated columns, statistics,
-- sequences. Views, indexes and constraints are read apart.
SELECT d.refobjsubid, d.classid::pg_catalog.regclass::text,
       pg_catalog.pg_describe_object(d.classid, d.objid, d.objsubid),
       d.objid
FROM pg_catalog.pg_depend d
LEFT JOIN pg_catalog.pg_attrdef a ON d.classid = 'pg_catalog.pg_attrdef'::pg_catalog.regclass
                                 AND a.oid = d.objid
LEFT JOIN pg_catalog.pg_class c ON d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass
                               AND c.oid = d.objid
WHERE d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.refobjid = $1::oid
  AND d.refobjsubid > 0
  AND d.classid NOT IN ('pg_catalog.pg_rewrite'::pg_catalog.regclass,
                        'pg_catalog.pg_constraint'::pg_catalog.regclass)
  AND coalesce(c.relkind, '-') <> 'i'
  AND NOT (d.classid = 'pg_catalog.pg_attrdef'::pg_catalog.regclass
           AND a.adrelid = $1::oid AND a.adnum = d.refobjsubid)
ORDER BY 1, 3
