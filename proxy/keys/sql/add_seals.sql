UPDATE pgveil.key SET seals = seals + $3::bigint
WHERE field = $1::integer AND kind = 'value' AND generation = $2::smallint
