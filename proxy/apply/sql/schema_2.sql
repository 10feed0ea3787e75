-- Schema pgveil, from version 1 to 2: range and order terms, and DDL on tagged tables. A new schema is made
-- in both steps.
-- Further terms stand behind their count, each as kind (1), length (2), bytes; kinds descend: 3 order,
-- 2 range, 1 text (docs/formats.md). No column carries range and text terms at once.
UPDATE pgveil.version SET version = 2;

ALTER TABLE pgveil.sealed_column ADD COLUMN range_unit text NOT NULL DEFAULT '',
                                 ADD COLUMN order_unit text NOT NULL DEFAULT '';

CREATE FUNCTION pgveil.byte_at(v bytea, place integer) RETURNS integer
  LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT pg_catalog.get_byte(pg_catalog.substring(v, place, 1), 0)
$$;

CREATE FUNCTION pgveil.order_term(v bytea) RETURNS bytea
  LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT CASE WHEN pgveil.flags(v) OPERATOR(pg_catalog.&) 4 OPERATOR(pg_catalog.=) 4 THEN
    CASE WHEN pgveil.byte_at(v, pgveil.more_offset(v) OPERATOR(pg_catalog.+) 1)
              OPERATOR(pg_catalog.=) 3
      THEN pg_catalog.substring(v, pgveil.more_offset(v) OPERATOR(pg_catalog.+) 4,
             pgveil.byte_at(v, pgveil.more_offset(v) OPERATOR(pg_catalog.+) 3)) END END
$$;
COMMENT ON FUNCTION pgveil.order_term(bytea) IS 'order term of a sealed value, or NULL';

-- Where the second of the further terms stands, if the first is of less than 256 bytes.
CREATE FUNCTION pgveil.second_offset(v bytea) RETURNS integer
  LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT pgveil.more_offset(v) OPERATOR(pg_catalog.+) 4 OPERATOR(pg_catalog.+)
         pgveil.byte_at(v, pgveil.more_offset(v) OPERATOR(pg_catalog.+) 3)
$$;

CREATE FUNCTION pgveil.bucket(v bytea) RETURNS bytea
  LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT CASE WHEN pgveil.flags(v) OPERATOR(pg_catalog.&) 4 OPERATOR(pg_catalog.=) 4 THEN
    CASE WHEN pgveil.byte_at(v, pgveil.more_offset(v) OPERATOR(pg_catalog.+) 1)
              OPERATOR(pg_catalog.=) 2
      THEN pg_catalog.substring(v, pgveil.more_offset(v) OPERATOR(pg_catalog.+) 4, 8)
         WHEN pgveil.byte_at(v, pgveil.more_offset(v)) OPERATOR(pg_catalog.>) 1
              AND pgveil.byte_at(v, pgveil.second_offset(v)) OPERATOR(pg_catalog.=) 2
      THEN pg_catalog.substring(v, pgveil.second_offset(v) OPERATOR(pg_catalog.+) 3, 8) END END
$$;
COMMENT ON FUNCTION pgveil.bucket(bytea) IS 'range term of a sealed value, or NULL';

CREATE OR REPLACE FUNCTION pgveil.text_terms(v bytea) RETURNS tsvector
  LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT CASE WHEN pgveil.flags(v) OPERATOR(pg_catalog.&) 4 OPERATOR(pg_catalog.=) 4 THEN
    CASE WHEN pgveil.byte_at(v, pgveil.more_offset(v) OPERATOR(pg_catalog.+) 1)
              OPERATOR(pg_catalog.=) 1
      THEN pg_catalog.encode(
        pg_catalog.substring(v, pgveil.more_offset(v) OPERATOR(pg_catalog.+) 4,
          pgveil.byte_at(v, pgveil.more_offset(v) OPERATOR(pg_catalog.+) 2)
          OPERATOR(pg_catalog.*) 256 OPERATOR(pg_catalog.+)
          pgveil.byte_at(v, pgveil.more_offset(v) OPERATOR(pg_catalog.+) 3)),
        'escape')::pg_catalog.tsvector
         WHEN pgveil.byte_at(v, pgveil.more_offset(v)) OPERATOR(pg_catalog.>) 1
              AND pgveil.byte_at(v, pgveil.second_offset(v)) OPERATOR(pg_catalog.=) 1
      THEN pg_catalog.encode(
        pg_catalog.substring(v, pgveil.second_offset(v) OPERATOR(pg_catalog.+) 3,
          pgveil.byte_at(v, pgveil.second_offset(v) OPERATOR(pg_catalog.+) 1)
          OPERATOR(pg_catalog.*) 256 OPERATOR(pg_catalog.+)
          pgveil.byte_at(v, pgveil.second_offset(v) OPERATOR(pg_catalog.+) 2)),
        'escape')::pg_catalog.tsvector END END
$$;

-- What a client's CREATE TABLE or ALTER TABLE will record when it is run. Written by pgveil itself, taken
-- in the client's transaction: the client cannot choose what stands in it.
CREATE TABLE IF NOT EXISTS pgveil.planned_change (
  token text PRIMARY KEY,
  login text NOT NULL,
  made_at timestamptz NOT NULL DEFAULT pg_catalog.now(),
  sealed jsonb NOT NULL,
  logical jsonb NOT NULL,
  gone jsonb NOT NULL,
  changed jsonb NOT NULL
);

CREATE OR REPLACE FUNCTION pgveil.take_change(token text) RETURNS void
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  change pgveil.planned_change;
BEGIN
  SELECT * INTO change FROM pgveil.planned_change AS p
  WHERE p.token = take_change.token AND p.login = session_user;
  IF NOT FOUND THEN
    RAISE EXCEPTION USING ERRCODE = '55000', MESSAGE = 'the plan of this statement is too old',
      HINT = 'Send the statement again.';
  END IF;
  DELETE FROM pgveil.logical_object AS o
  USING jsonb_to_recordset(change.gone) AS g (kind text, "schema" text, "table" text, name text)
  WHERE o.kind = g.kind AND o."schema" = g."schema" AND o."table" = g."table" AND o.name = g.name;
  -- What was dropped is forgotten, here and in what this statement replaces.
  DELETE FROM pgveil.sealed_column AS s
  WHERE NOT EXISTS (
    SELECT FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
    JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname = s."schema" AND c.relname = s."table" AND a.attname = s."column"
      AND a.attnum = s.attnum AND NOT a.attisdropped);
  DELETE FROM pgveil.logical_object AS o
  WHERE o."table" <> '' AND NOT EXISTS (
    SELECT FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname = o."schema" AND c.relname = o."table");
  UPDATE pgveil.sealed_column AS s
  SET logical_type = n.logical_type, typmod = n.typmod, default_sql = n.default_sql
  FROM jsonb_to_recordset(change.changed) AS n ("schema" text, "table" text, "column" text,
    logical_type text, typmod integer, default_sql text)
  WHERE n."schema" = s."schema" AND n."table" = s."table" AND n."column" = s."column";
  INSERT INTO pgveil.sealed_column
  SELECT r.* FROM jsonb_populate_recordset(NULL::pgveil.sealed_column, change.sealed) AS r;
  INSERT INTO pgveil.logical_object (kind, "schema", "table", name, definition, owner, server_index,
    restore_sql)
  SELECT o.kind, o."schema", o."table", o.name, o.definition, nullif(o.owner, ''), o.server_index,
         o.restore_sql
  FROM jsonb_to_recordset(change.logical) AS o (kind text, "schema" text, "table" text, name text,
    definition text, owner text, server_index boolean, restore_sql text);
  NOTIFY pgveil;
END
$$;
COMMENT ON FUNCTION pgveil.take_change(text) IS 'records what pgveil planned for this statement';
REVOKE ALL ON pgveil.planned_change FROM PUBLIC;
