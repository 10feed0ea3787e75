SELECT s."schema", s."table", s."column", s.field, s.equality, s.folded, s.text,
       pg_catalog.format_type(a.atttypid, NULL), s.range_unit, s.order_unit
FROM pgveil.sealed_column s
JOIN pg_catalog.pg_namespace n ON n.nspname = s."schema"
JOIN pg_catalog.pg_class c ON c.relnamespace = n.oid AND c.relname = s."table"
JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attname = s."column"
  AND NOT a.attisdropped
