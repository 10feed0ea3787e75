UPDATE pgveil.key SET wrapped = $4::bytea, commitment = $5::bytea, kek = $6
WHERE field = $1::integer AND kind = $2 AND generation = $3::smallint
