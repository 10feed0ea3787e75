-- Schema pgveil, version 1: what a server needs to keep sealed values. Plain SQL for PostgreSQL 13 to 17,
-- no extension, no superuser. Functions name everything with its schema, so that no search_path changes
-- what they do, and are simple enough for the planner to inline: indexes on them are used.
CREATE SCHEMA pgveil;
COMMENT ON SCHEMA pgveil IS 'Sealed columns of pgveil: types, functions and keys. Do not edit.';

CREATE TABLE pgveil.version (version integer NOT NULL);
INSERT INTO pgveil.version VALUES (1);

-- Byte 1 of a sealed value holds the flags, from byte 9 on lie its terms (docs/formats.md). Everything is
-- read by substring, which fetches only a slice of a long value.
CREATE FUNCTION pgveil.flags(v bytea) RETURNS integer
  LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT pg_catalog.get_byte(pg_catalog.substring(v, 1, 1), 0) OPERATOR(pg_catalog.&) 7
$$;

CREATE FUNCTION pgveil.equality(v bytea) RETURNS bytea
  LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT CASE WHEN pgveil.flags(v) OPERATOR(pg_catalog.&) 1 OPERATOR(pg_catalog.=) 1
              THEN pg_catalog.substring(v, 9, 16) END
$$;
COMMENT ON FUNCTION pgveil.equality(bytea) IS 'equality term of a sealed value, or NULL';

CREATE FUNCTION pgveil.equality_folded(v bytea) RETURNS bytea
  LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT CASE WHEN pgveil.flags(v) OPERATOR(pg_catalog.&) 3 OPERATOR(pg_catalog.=) 3
              THEN pg_catalog.substring(v, 25, 16)
              WHEN pgveil.flags(v) OPERATOR(pg_catalog.&) 3 OPERATOR(pg_catalog.=) 2
              THEN pg_catalog.substring(v, 9, 16) END
$$;
COMMENT ON FUNCTION pgveil.equality_folded(bytea) IS 'folded equality term of a sealed value, or NULL';

-- Where the count of further terms stands.
CREATE FUNCTION pgveil.more_offset(v bytea) RETURNS integer
  LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT 9 OPERATOR(pg_catalog.+)
         (16 OPERATOR(pg_catalog.*)
          ((pgveil.flags(v) OPERATOR(pg_catalog.&) 1) OPERATOR(pg_catalog.+)
           ((pgveil.flags(v) OPERATOR(pg_catalog.>>) 1) OPERATOR(pg_catalog.&) 1)))
$$;

CREATE FUNCTION pgveil.text_terms(v bytea) RETURNS tsvector
  LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT CASE WHEN pgveil.flags(v) OPERATOR(pg_catalog.&) 4 OPERATOR(pg_catalog.=) 4
    THEN pg_catalog.encode(
      pg_catalog.substring(
        v, pgveil.more_offset(v) OPERATOR(pg_catalog.+) 4,
        pg_catalog.get_byte(pg_catalog.substring(
          v, pgveil.more_offset(v) OPERATOR(pg_catalog.+) 2, 1), 0)
        OPERATOR(pg_catalog.*) 256 OPERATOR(pg_catalog.+)
        pg_catalog.get_byte(pg_catalog.substring(
          v, pgveil.more_offset(v) OPERATOR(pg_catalog.+) 3, 1), 0)),
      'escape')::pg_catalog.tsvector END
$$;
COMMENT ON FUNCTION pgveil.text_terms(bytea) IS 'text terms of a sealed value, or NULL';

-- Plaintext does not pass by accident: UTF-8 never has a byte from F8 on, and a sealed value has at
-- least a header, a nonce and a tag.
CREATE FUNCTION pgveil.is_sealed(v bytea) RETURNS boolean
  LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT v IS NULL OR (
    pg_catalog.octet_length(v) OPERATOR(pg_catalog.>=) 35
    AND pg_catalog.substring(v, 1, 1) OPERATOR(pg_catalog.>=) '\xf8'::pg_catalog.bytea
    AND (pg_catalog.substring(v, 2, 1) OPERATOR(pg_catalog.=) '\x01'::pg_catalog.bytea
         OR pg_catalog.substring(v, 2, 1) OPERATOR(pg_catalog.=) '\x02'::pg_catalog.bytea))
$$;

CREATE DOMAIN pgveil.text AS bytea CHECK (pgveil.is_sealed(VALUE));
CREATE DOMAIN pgveil."varchar" AS bytea CHECK (pgveil.is_sealed(VALUE));
CREATE DOMAIN pgveil.bpchar AS bytea CHECK (pgveil.is_sealed(VALUE));
CREATE DOMAIN pgveil.int2 AS bytea CHECK (pgveil.is_sealed(VALUE));
CREATE DOMAIN pgveil.int4 AS bytea CHECK (pgveil.is_sealed(VALUE));
CREATE DOMAIN pgveil.int8 AS bytea CHECK (pgveil.is_sealed(VALUE));
CREATE DOMAIN pgveil.bool AS bytea CHECK (pgveil.is_sealed(VALUE));
CREATE DOMAIN pgveil.date AS bytea CHECK (pgveil.is_sealed(VALUE));
CREATE DOMAIN pgveil."timestamp" AS bytea CHECK (pgveil.is_sealed(VALUE));
CREATE DOMAIN pgveil.timestamptz AS bytea CHECK (pgveil.is_sealed(VALUE));
CREATE DOMAIN pgveil."numeric" AS bytea CHECK (pgveil.is_sealed(VALUE));
CREATE DOMAIN pgveil.uuid AS bytea CHECK (pgveil.is_sealed(VALUE));
CREATE DOMAIN pgveil.jsonb AS bytea CHECK (pgveil.is_sealed(VALUE));
CREATE DOMAIN pgveil.bytea AS pg_catalog.bytea CHECK (pgveil.is_sealed(VALUE));

-- What sealed values are bound to. Ids are random and never used again.
CREATE TABLE pgveil.field (
  id integer PRIMARY KEY CHECK (id > 0),
  name text NOT NULL UNIQUE,
  created_at timestamptz NOT NULL DEFAULT pg_catalog.now()
);

-- Data keys, wrapped by the key-encryption key (RFC 3394), each with a commitment. The label that the
-- commitment covers is kind:field:generation.
CREATE TABLE pgveil.key (
  field integer NOT NULL REFERENCES pgveil.field (id),
  kind text NOT NULL CHECK (kind IN ('value', 'term')),
  generation smallint NOT NULL CHECK (generation BETWEEN 1 AND 255),
  state text NOT NULL CHECK (state IN ('current', 'live', 'retired')),
  wrapped bytea NOT NULL,
  commitment bytea NOT NULL,
  kek text NOT NULL,
  seals bigint NOT NULL DEFAULT 0,
  created_at timestamptz NOT NULL DEFAULT pg_catalog.now(),
  PRIMARY KEY (field, kind, generation)
);
CREATE UNIQUE INDEX key_current ON pgveil.key (field, kind) WHERE state = 'current';

-- What a sealed column was before, and how its values are sealed.
CREATE TABLE pgveil.sealed_column (
  "schema" text NOT NULL,
  "table" text NOT NULL,
  "column" text NOT NULL,
  attnum smallint NOT NULL,
  field integer NOT NULL REFERENCES pgveil.field (id),
  logical_type text NOT NULL,
  base_type oid NOT NULL,
  typmod integer NOT NULL,
  not_null boolean NOT NULL,
  default_sql text,
  equality boolean NOT NULL,
  folded boolean NOT NULL,
  "text" boolean NOT NULL,
  pad integer NOT NULL,
  collation_sql text,
  storage "char" NOT NULL,
  compression "char" NOT NULL,
  PRIMARY KEY ("schema", "table", "column")
);

-- Objects that only make sense over logical types. `definition` is what the twin creates; `restore_sql`
-- what revert runs: the same with rights and comments.
CREATE TABLE pgveil.logical_object (
  id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  kind text NOT NULL CHECK (kind IN ('view', 'constraint', 'index', 'check', 'statistics')),
  "schema" text NOT NULL,
  "table" text NOT NULL DEFAULT '',
  name text NOT NULL,
  definition text NOT NULL,
  owner text,
  server_index boolean NOT NULL DEFAULT false,
  restore_sql text NOT NULL,
  UNIQUE (kind, "schema", "table", name)
);

GRANT USAGE ON SCHEMA pgveil TO PUBLIC;
REVOKE ALL ON ALL TABLES IN SCHEMA pgveil FROM PUBLIC;
