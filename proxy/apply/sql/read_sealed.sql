SELECT s."schema", s."table", s."column", s.attnum, s.field, s.logical_type, s.base_type, s.typmod,
       s.not_null, s.default_sql, s.equality, s.folded, s."text", s.pad, s.collation_sql, s.storage,
       s.compression, f.name, coalesce(pg_catalog.to_jsonb(s) ->> 'range_unit', ''),
       coalesce(pg_catalog.to_jsonb(s) ->> 'order_unit', '')
FROM pgveil.sealed_column s JOIN pgveil.field f ON f.id = s.field
ORDER BY 1, 2, s.attnum
