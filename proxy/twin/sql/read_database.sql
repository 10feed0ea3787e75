-- One row: what the twin's databases are made like. Fields that only some majors have are read by name.
SELECT d.datname, d.oid, pg_catalog.pg_get_userbyid(d.datdba),
       pg_catalog.pg_encoding_to_char(d.encoding), d.datcollate, d.datctype,
       coalesce(pg_catalog.to_jsonb(d) ->> 'datlocprovider', 'c'),
       coalesce(pg_catalog.to_jsonb(d) ->> 'daticulocale', pg_catalog.to_jsonb(d) ->> 'datlocale'),
       pg_catalog.to_jsonb(d) ->> 'datcollversion'
FROM pg_catalog.pg_database d
WHERE d.datname = pg_catalog.current_database()
