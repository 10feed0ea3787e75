-- $1 table. One row per column of an index.
SELECT i.indexrelid, k.n, i.indkey[k.n - 1], k.n <= i.indnkeyatts,
       pg_catalog.pg_get_indexdef(i.indexrelid, k.n, false),
       CASE WHEN k.n <= i.indnkeyatts THEN i.indoption[k.n - 1] ELSE 0 END
FROM pg_catalog.pg_index i, LATERAL pg_catalog.generate_series(1, i.indnatts) AS k (n)
WHERE i.indrelid = $1::oid
ORDER BY 1, 2
