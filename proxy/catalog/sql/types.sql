SELECT t.oid, n.nspname, t.typname, t.typtype, t.typbasetype, t.typtypmod,
       CASE WHEN t.typsubscript = 'pg_catalog.array_subscript_handler'::pg_catalog.regproc
            THEN t.typelem ELSE 0 END,
       pg_catalog.format_type(t.oid, NULL),
       CASE WHEN s.oid IS NOT NULL
            THEN pg_catalog.quote_ident(m.nspname) || '.' || pg_catalog.quote_ident(s.proname) END
FROM pg_catalog.pg_type t
JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace
LEFT JOIN pg_catalog.pg_proc s ON s.oid = t.typsend
LEFT JOIN pg_catalog.pg_namespace m ON m.oid = s.pronamespace
