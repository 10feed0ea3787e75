INSERT INTO pgveil.field (id, name) VALUES ($1::integer, $2)
ON CONFLICT (id) DO NOTHING
RETURNING id
