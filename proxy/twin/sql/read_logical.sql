SELECT kind, "schema", coalesce("table", ''), name, definition, coalesce(owner, '')
FROM pgveil.logical_object
ORDER BY CASE kind WHEN 'default' THEN 0 WHEN 'constraint' THEN 1 WHEN 'index' THEN 2
                   WHEN 'check' THEN 3 WHEN 'foreign key' THEN 4 ELSE 5 END, "schema", name
