SELECT conrelid, conname, pg_catalog.pg_get_expr(conbin, conrelid),
       pg_catalog.array_to_string(conkey, ' ')
FROM pg_catalog.pg_constraint
WHERE contype = 'c' AND conrelid <> 0 AND conkey IS NOT NULL
ORDER BY conrelid, conname COLLATE "C"
