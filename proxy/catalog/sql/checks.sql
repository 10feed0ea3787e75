SELECT conrelid, k.attnum
FROM pg_catalog.pg_constraint, pg_catalog.unnest(conkey) k (attnum)
WHERE contype = 'c' AND conrelid <> 0
