-- Settings, transactions, cursors, prepared statements, catalog questions.

--@ session/show
SHOW server_version;
--@ session/set_datestyle not=billing
SET datestyle = 'German, DMY';
SELECT id, dob FROM patients WHERE id < 4 ORDER BY id;
SELECT id FROM patients WHERE dob = '19.11.1947';
RESET datestyle;
SELECT dob FROM patients WHERE id = 1;
--@ session/set_timezone
SET timezone = 'Asia/Tokyo';
SELECT id, checked_in FROM visits WHERE id < 4 ORDER BY id;
RESET timezone;
--@ session/latin1
SET client_encoding = 'LATIN1';
SELECT 'é', length('é') AS letters, npi FROM practitioners WHERE last_name <> 'Müller' ORDER BY npi LIMIT 3; -- Größe
SELECT E'\'é' AS word, $$é$$ AS dollar;
RESET client_encoding;
--@ session/latin1_name
SET client_encoding = 'LATIN1';
SELECT npi AS größe FROM practitioners ORDER BY npi LIMIT 1;
RESET client_encoding;
--@ session/sjis
SET client_encoding = 'SJIS';
SELECT 'é' AS word, npi FROM practitioners ORDER BY npi LIMIT 1;
RESET client_encoding;
--@ session/set_bytea_output
SET bytea_output = 'escape';
SELECT photo FROM patients WHERE id = 11;
RESET bytea_output;
--@ session/set_search_path
SET search_path = billing, public;
SELECT id, amount FROM invoices WHERE id < 3 ORDER BY id;
RESET search_path;
--@ session/set_local write
SET LOCAL datestyle = 'SQL, MDY';
SELECT dob FROM patients WHERE id = 3;
--@ session/temp_table write
CREATE TEMP TABLE wanted (id integer) ON COMMIT DROP;
INSERT INTO wanted VALUES (3), (4);
SELECT p.last_name FROM patients p JOIN wanted w USING (id) ORDER BY id;
--@ session/show_transaction write
SHOW transaction_isolation;
SELECT last_name FROM patients WHERE id = 3;
--@ session/large_object write
SELECT lo_from_bytea(987654, '\x0102030405'::bytea);
SELECT lo_get(987654, 1, 3), (SELECT count(*) FROM pg_largeobject WHERE loid = 987654);
SELECT lo_unlink(987654);
--@ session/large_object_of_tagged write
SELECT lo_from_bytea(987655, last_name::bytea) FROM patients WHERE id = 3;
--@ session/pg_notify write
SELECT pg_notify('rooms', 'free');
--@ session/empty
;
--@ session/discard
DISCARD PLANS;
--@ session/prepare_execute simple
PREPARE by_id AS SELECT last_name, dob FROM patients WHERE id = $1;
EXECUTE by_id(7);
DEALLOCATE by_id;
--@ session/prepare_untagged simple
PREPARE room AS SELECT floor FROM rooms WHERE name = $1;
EXECUTE room('R105');
DEALLOCATE room;
--@ session/cursor write
DECLARE c CURSOR FOR SELECT id, last_name FROM patients WHERE id < 8 ORDER BY id;
FETCH 2 FROM c;
FETCH ALL FROM c;
CLOSE c;
--@ session/cursor_untagged write
DECLARE c CURSOR FOR SELECT name FROM rooms ORDER BY name;
FETCH 3 FROM c;
MOVE 2 FROM c;
FETCH 1 FROM c;
CLOSE c;
--@ session/multi_statement_settings
BEGIN;
SELECT last_name FROM patients WHERE id = 2;
COMMIT;
--@ session/advisory_lock
SELECT pg_advisory_lock(4711), pg_advisory_unlock(4711);
--@ session/set_config
SELECT set_config('application_name', 'corpus', false);
SHOW application_name;
--@ session/listen
LISTEN nothing;
UNLISTEN nothing;
--@ catalog/columns roles=clinician
SELECT column_name, data_type, character_maximum_length, is_nullable, column_default FROM information_schema.columns WHERE table_schema = 'public' AND table_name = 'patients' ORDER BY ordinal_position;
--@ catalog/attribute_types
SELECT a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull FROM pg_attribute a WHERE a.attrelid = 'visits'::regclass AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum;
--@ catalog/constraints roles=clinician
SELECT conname, contype, pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = 'insurance'::regclass ORDER BY conname;
--@ catalog/indexes roles=clinician
SELECT indexname, indexdef FROM pg_indexes WHERE tablename = 'patients' ORDER BY indexname;
--@ catalog/tables
SELECT table_schema, table_name, table_type FROM information_schema.tables WHERE table_schema IN ('public', 'billing') ORDER BY 1, 2;
--@ catalog/viewdef
SELECT pg_get_viewdef('patient_labels'::regclass);
--@ catalog/enum_labels
SELECT e.enumlabel FROM pg_enum e JOIN pg_type t ON t.oid = e.enumtypid WHERE t.typname = 'visit_kind' ORDER BY e.enumsortorder;
--@ catalog/primary_key
SELECT a.attname FROM pg_index i JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = ANY (i.indkey) WHERE i.indrelid = 'patients'::regclass AND i.indisprimary;
--@ catalog/foreign_keys roles=clinician
SELECT conname, confrelid::regclass::text FROM pg_constraint WHERE contype = 'f' AND conrelid = 'diagnoses'::regclass ORDER BY conname;
--@ catalog/no_schema_pgveil
SELECT count(*) FROM pg_namespace WHERE nspname = 'pgveil';
--@ catalog/pg_typeof
SELECT pg_typeof(last_name), pg_typeof(dob), pg_typeof(emergency), pg_typeof(ssn) FROM patients WHERE id = 3;
--@ catalog/current_database
SELECT length(current_database()) > 0, current_schema(), version() LIKE 'PostgreSQL%';
--@ do/raise
DO $$ BEGIN RAISE NOTICE 'hello %', 'there'; NULL; END $$;
DO $$ BEGIN RAISE EXCEPTION 'stop'; EXCEPTION WHEN raise_exception OR others THEN RAISE WARNING 'caught'; END $$ LANGUAGE plpgsql;
DO $$ BEGIN RAISE EXCEPTION 'stop %', 1; END $$;
--@ do/guarded_type write
DO $$ BEGIN IF NOT EXISTS (SELECT 1 FROM pg_type WHERE typname = 'corpus_mood') THEN CREATE TYPE pg_temp.corpus_mood AS ENUM ('sad', 'ok'); END IF; END $$;
SELECT 'ok'::pg_temp.corpus_mood > 'sad';
DO $$ BEGIN CREATE TYPE pg_temp.corpus_mood AS ENUM ('sad', 'ok'); EXCEPTION WHEN duplicate_object THEN null; END $$;
SELECT 'ok'::pg_temp.corpus_mood > 'sad';
--@ do/reads_tagged
DO $$ BEGIN IF EXISTS (SELECT 1 FROM patients WHERE last_name = 'Lee') THEN RAISE NOTICE 'yes'; END IF; END $$;
