-- $1 table
SELECT n.nspname, s.stxname, pg_catalog.pg_get_statisticsobjdef(s.oid), s.oid,
       pg_catalog.obj_description(s.oid, 'pg_statistic_ext')
FROM pg_catalog.pg_statistic_ext s JOIN pg_catalog.pg_namespace n ON n.oid = s.stxnamespace
WHERE s.stxrelid = $1::oid
ORDER BY 1, 2
