-- $1 schema, $2 table. What revert restores: the table's own objects, then all views that are only
-- logical, in the order in which they can be created.
SELECT id, kind, "schema", "table", name, server_index, restore_sql
FROM pgveil.logical_object
WHERE ("schema" = $1 AND "table" = $2) OR kind = 'view'
ORDER BY CASE kind WHEN 'constraint' THEN 0 WHEN 'index' THEN 1 WHEN 'check' THEN 2
                   WHEN 'statistics' THEN 3 ELSE 4 END, id
