-- After a load in binary upgrade mode: transaction ids of the other cluster mean nothing here. Functions
-- in untrusted languages keep their signatures and lose their bodies.
UPDATE pg_catalog.pg_class SET relfrozenxid = '3', relminmxid = '1'
WHERE oid >= 16384 AND relfrozenxid <> '0';
UPDATE pg_catalog.pg_proc
SET prolang = (SELECT oid FROM pg_catalog.pg_language WHERE lanname = 'plpgsql'),
    prosrc = 'BEGIN RAISE feature_not_supported USING MESSAGE = ''a function in an untrusted language'
             ' cannot run here''; END', probin = NULL
WHERE prolang IN (SELECT oid FROM pg_catalog.pg_language WHERE lanispl AND NOT lanpltrusted)
  AND oid >= 16384;
