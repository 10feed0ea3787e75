INSERT INTO pgveil.logical_object (kind, "schema", "table", name, definition, owner, server_index,
  restore_sql)
VALUES ($1, $2, $3, $4, $5, nullif($6, ''), $7::boolean, $8)
