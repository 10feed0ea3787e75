-- The same for what a session's prelude has made in the transaction that is open: everything that it
-- wrote in the catalogs bears its id. Rolled back with it.
CREATE SCHEMA pgveil_twin;
GRANT USAGE ON SCHEMA pgveil_twin TO PUBLIC;
CREATE FUNCTION pgveil_twin.loosen() RETURNS void
  LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog AS $$
  UPDATE pg_class
  SET relchecks = 0, relhastriggers = false, relrowsecurity = false, relforcerowsecurity = false
  WHERE relkind = 'r' AND oid >= 16384 AND xmin = pg_current_xact_id()::xid
    AND (relchecks > 0 OR relhastriggers OR relrowsecurity OR relforcerowsecurity);
  DELETE FROM pg_constraint WHERE contype <> 'p' AND conrelid >= 16384 AND xmin = pg_current_xact_id()::xid;
  DELETE FROM pg_attrdef WHERE adrelid >= 16384 AND xmin = pg_current_xact_id()::xid;
  DELETE FROM pg_trigger WHERE tgrelid >= 16384 AND xmin = pg_current_xact_id()::xid;
  UPDATE pg_attribute
  SET attnotnull = false, atthasdef = false, attidentity = '', attgenerated = ''
  WHERE attrelid >= 16384 AND attnum > 0 AND xmin = pg_current_xact_id()::xid
    AND (attnotnull OR atthasdef OR attidentity <> '' OR attgenerated <> '');
  UPDATE pg_index SET indislive = false, indisready = false, indisvalid = false
  WHERE indrelid >= 16384 AND indislive AND xmin = pg_current_xact_id()::xid;
$$;
