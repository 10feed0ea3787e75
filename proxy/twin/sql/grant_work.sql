-- Rights on tables were checked when the server yielded the slice. Any change of a table also gives it
-- a TOAST table if it needs one and has none (tables that are partitioned or foreign upstream).
DO $$
DECLARE
  s name;
  t text;
BEGIN
  FOR s IN SELECT nspname FROM pg_catalog.pg_namespace
           WHERE nspname !~ '^pg_' AND nspname <> 'information_schema' LOOP
    EXECUTE pg_catalog.format('GRANT USAGE ON SCHEMA %I TO PUBLIC', s);
    EXECUTE pg_catalog.format('GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA %I TO PUBLIC', s);
  END LOOP;
  FOR t IN SELECT pg_catalog.format('%I.%I', n.nspname, c.relname)
           FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
           WHERE c.oid >= 16384 AND c.relkind = 'r' AND n.nspname !~ '^pg_' LOOP
    EXECUTE 'ALTER TABLE ' || t || ' SET (autovacuum_vacuum_threshold = 1000,'
            ' autovacuum_vacuum_scale_factor = 0, autovacuum_analyze_threshold = 2000000000),'
            ' DISABLE ROW LEVEL SECURITY';  -- for its lock: a weaker one cannot add a TOAST table
  END LOOP;
END
$$
