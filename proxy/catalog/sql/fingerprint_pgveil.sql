SELECT pg_catalog.md5(
  coalesce((SELECT pg_catalog.string_agg(s::text, ',' ORDER BY s::text COLLATE "C")
            FROM pgveil.sealed_column s), '') || '/' ||
  coalesce((SELECT pg_catalog.string_agg(o::text, ',' ORDER BY o::text COLLATE "C")
            FROM pgveil.logical_object o), ''))
