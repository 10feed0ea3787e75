SELECT k.field, f.name, k.kind, k.generation, k.state, k.seals, k.kek, k.wrapped, k.commitment
FROM pgveil.key k JOIN pgveil.field f ON f.id = k.field
WHERE k.state IN ('current', 'live')
ORDER BY k.field, k.kind, k.created_at, k.generation
