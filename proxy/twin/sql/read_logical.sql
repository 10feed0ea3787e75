SELECT kind, "schema", "table", name, definition, coalesce(owner, ''), restore_sql
FROM pgveil.logical_object
ORDER BY CASE kind WHEN 'constraint' THEN 0 WHEN 'index' THEN 1 WHEN 'check' THEN 2
                   WHEN 'statistics' THEN 3 ELSE 4 END, id
