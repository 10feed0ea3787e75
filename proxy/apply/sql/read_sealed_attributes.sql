SELECT a.attrelid, a.attnum
FROM pg_catalog.pg_attribute a
JOIN pg_catalog.pg_type t ON t.oid = a.atttypid AND t.typtype = 'd'
JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace AND n.nspname = 'pgveil'
WHERE a.attnum > 0 AND NOT a.attisdropped
