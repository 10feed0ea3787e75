SELECT "schema", "table", "column", logical_type || coalesce(' COLLATE ' || collation_sql, ''),
       coalesce(default_sql, '')
FROM pgveil.sealed_column
ORDER BY 1, 2, attnum
