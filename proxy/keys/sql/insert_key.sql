INSERT INTO pgveil.key (field, kind, generation, state, wrapped, commitment, kek)
VALUES ($1::integer, $2, 1, 'current', $3::bytea, $4::bytea, $5)
