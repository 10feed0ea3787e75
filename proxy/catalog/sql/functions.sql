SELECT p.oid, n.nspname, p.proname, p.provolatile, p.proretset, p.prokind, l.lanname,
       CASE WHEN n.nspname = 'pg_catalog' OR p.prokind = 'a' THEN ''
            ELSE coalesce(pg_catalog.pg_get_function_sqlbody(p.oid), p.prosrc) END,
       coalesce(e.extname, ''),
       EXISTS (SELECT FROM pg_catalog.pg_depend d
               WHERE d.classid = 'pg_catalog.pg_proc'::pg_catalog.regclass AND d.objid = p.oid
                 AND d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass),
       (SELECT pg_catalog.string_agg(f.oid::text, ' ')
        FROM pg_catalog.pg_aggregate a
        CROSS JOIN LATERAL pg_catalog.unnest(ARRAY[a.aggtransfn, a.aggfinalfn, a.aggcombinefn,
            a.aggserialfn, a.aggdeserialfn, a.aggmtransfn, a.aggminvtransfn, a.aggmfinalfn]) f (oid)
        WHERE a.aggfnoid = p.oid AND f.oid <> 0),
       pg_catalog.oidvectortypes(p.proargtypes)
FROM pg_catalog.pg_proc p
JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace
JOIN pg_catalog.pg_language l ON l.oid = p.prolang
LEFT JOIN pg_catalog.pg_depend x ON x.classid = 'pg_catalog.pg_proc'::pg_catalog.regclass
  AND x.objid = p.oid AND x.deptype = 'e'
LEFT JOIN pg_catalog.pg_extension e ON e.oid = x.refobjid
  AND x.refclassid = 'pg_catalog.pg_extension'::pg_catalog.regclass
