"""Schema changes through pgveil: tables that the policy wants sealed are sealed from birth, and the program
sees what a plain PostgreSQL would show. Every statement runs on both; answers must be the same."""
import time

from compare import difference, Types
from harness import CONTROL_LOGIN, CONTROL_PASSWORD, Checks, Cluster, Pgveil, Workspace, run
from wire import Wire, WireError

LOGINS = {"owner": "owner-demo", "clerk": "clerk-demo"}
POLICY = """version = 1
[table."public.people"]
subject = "id"
[table."public.people".column]
ssn = { phi = "ssn", class = "government_id", seal = true, search = ["equality"], mask = "last4" }
name = { phi = "name", class = "demographics", seal = true, search = ["equality:folded", "text"], mask = "redact" }
born = { phi = "birth_date", class = "demographics", seal = true, mask = "year" }
zip = { phi = "zip", class = "contact", mask = "zip3" }
note = { phi = "health", class = "encounters", seal = true, mask = "null" }
[table."public.late"]
column.ssn = { phi = "ssn", class = "government_id", seal = true }
column.code = { phi = "other_id", class = "government_id", seal = true }
[table."public.copied"]
column.ssn = { phi = "ssn", class = "government_id", seal = true, search = ["equality"] }
column.name = { phi = "name", class = "demographics", seal = true, search = ["text"] }
[role.staff]
members = ["owner"]
allow = { "*" = ["clear", "search", "create", "change", "delete", "export"] }
[role.clerk]
members = ["clerk"]
allow = { government_id = ["masked", "create"], demographics = ["clear"] }
"""

# Statements of one transaction each, unless they say BEGIN. None: the connection is made anew.
SAME = [
    "CREATE TABLE people (id serial PRIMARY KEY, ssn char(11) NOT NULL UNIQUE, name varchar(40), "
    "born date, zip text)",
    "CREATE TABLE people (id int)",
    "CREATE TABLE IF NOT EXISTS people (id int)",
    "INSERT INTO people (ssn, name, born, zip) VALUES ('123-45-6789', 'Ann Example', '1980-02-29', '02139')",
    "INSERT INTO people (ssn, name) VALUES ('123-45-6789', 'Twice')",
    "INSERT INTO people (ssn, name) VALUES ('1234567890123', 'Too Long')",
    "INSERT INTO people (ssn) VALUES (NULL)",
    "SELECT * FROM people ORDER BY id",
    "SELECT name FROM people WHERE name ILIKE '%exam%'",
    "CREATE INDEX people_name ON people (lower(name))",
    "CREATE INDEX people_zip ON people (zip)",
    "CREATE TABLE visits (id int PRIMARY KEY, person int NOT NULL REFERENCES people (id), at timestamptz)",
    "INSERT INTO visits VALUES (1, 1, '2024-01-02 03:04:05+00')",
    "INSERT INTO visits VALUES (2, 77, now())",
    # a new plain column, a new sealed one, and what is done to them
    "ALTER TABLE people ADD COLUMN nickname text DEFAULT 'none' NOT NULL",
    "ALTER TABLE people ALTER COLUMN nickname DROP DEFAULT, ALTER COLUMN nickname DROP NOT NULL",
    "ALTER TABLE people ALTER COLUMN nickname TYPE varchar(20)",
    "ALTER TABLE people RENAME COLUMN nickname TO called",
    "ALTER TABLE people ADD COLUMN note text",
    "UPDATE people SET note = 'allergic to penicillin', called = 'annie' WHERE ssn = '123-45-6789'",
    "SELECT id, ssn, name, born, zip, called, note FROM people ORDER BY id",
    "ALTER TABLE people ADD CONSTRAINT born_once UNIQUE (ssn, called)",
    "INSERT INTO people (ssn, name, called) VALUES ('000-00-0001', 'Bob', 'b')",
    "ALTER TABLE people DROP CONSTRAINT born_once",
    "ALTER TABLE people ADD CONSTRAINT zip_length CHECK (length(zip) <= 10)",
    "INSERT INTO people (ssn, zip) VALUES ('000-00-0002', '12345678901')",
    "ALTER TABLE people ALTER COLUMN born SET NOT NULL",
    "UPDATE people SET born = '1990-01-01' WHERE id > 0",
    "ALTER TABLE people ALTER COLUMN born SET NOT NULL",
    "DROP INDEX people_name",
    "DROP INDEX people_zip",
    # types and defaults of sealed columns, which the server knows nothing of
    "INSERT INTO people (ssn, name, born) VALUES ('000-00-0003', repeat('n', 41), '1999-01-01')",
    "ALTER TABLE people ALTER COLUMN name TYPE varchar(60)",
    "ALTER TABLE people ALTER COLUMN name TYPE varchar(60)",
    "INSERT INTO people (ssn, name, born) VALUES ('000-00-0003', 'nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn', '1999-01-01')",
    "BEGIN",
    "ALTER TABLE people ALTER COLUMN name TYPE varchar",
    "UPDATE people SET name = 'nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn' WHERE ssn = '000-00-0003'",
    "ROLLBACK",
    "ALTER TABLE people ALTER COLUMN name SET DEFAULT 'planted default'",
    "ALTER TABLE people ALTER COLUMN name SET DEFAULT 'planted default'",
    "INSERT INTO people (ssn, born) VALUES ('000-00-0004', '1999-01-01') RETURNING name",
    "BEGIN",
    "ALTER TABLE people ALTER name SET DEFAULT 'another planted one', ALTER note SET DEFAULT 'none'",
    "ROLLBACK",
    "ALTER TABLE people ALTER COLUMN name DROP DEFAULT",
    "ALTER TABLE people ALTER COLUMN name DROP DEFAULT",
    "INSERT INTO people (ssn, born) VALUES ('000-00-0005', '1999-01-01') RETURNING name",
    "SELECT column_default, character_maximum_length FROM information_schema.columns WHERE table_name = 'people' AND column_name = 'name'",
    # a new sealed column whose default the rows that are there get
    "ALTER TABLE people DROP COLUMN note",
    "ALTER TABLE people ADD COLUMN note varchar(30) DEFAULT 'planted note' NOT NULL",
    "SELECT id, note FROM people ORDER BY id",
    "INSERT INTO people (ssn, born) VALUES ('000-00-0006', '1999-01-01') RETURNING note",
    "ALTER TABLE people ALTER COLUMN note DROP DEFAULT",
    "INSERT INTO people (ssn, born) VALUES ('000-00-0007', '1999-01-01')",
    "DELETE FROM people WHERE ssn IN ('000-00-0006', '000-00-0007')",
    "BEGIN",
    "ALTER TABLE people DROP COLUMN born",
    "ALTER TABLE people ADD COLUMN born date DEFAULT '2001-02-03'",
    "SELECT id, born, born > '2001-01-01' FROM people ORDER BY id",
    "ROLLBACK",
    "CREATE INDEX CONCURRENTLY people_ssn2 ON people (ssn, zip)",
    "SELECT indexdef FROM pg_indexes WHERE tablename = 'people' ORDER BY 1",
    "BEGIN",
    "CREATE INDEX CONCURRENTLY people_ssn3 ON people (ssn)",
    "ROLLBACK",
    "DROP INDEX CONCURRENTLY people_ssn2",
    "DELETE FROM people WHERE ssn IN ('000-00-0003', '000-00-0004', '000-00-0005')",
    # views through which sealed values only pass
    "CREATE VIEW known AS SELECT p.id, p.ssn AS number, p.name, v.at FROM people p LEFT JOIN visits v ON v.person = p.id WHERE p.zip IS NOT NULL",
    "SELECT * FROM known ORDER BY id, at",
    "SELECT upper(name) FROM known WHERE number = '123-45-6789'",
    "CREATE OR REPLACE VIEW known AS SELECT p.id, p.ssn AS number, p.name, v.at, p.born FROM people p LEFT JOIN visits v ON v.person = p.id",
    "SELECT number, born FROM known WHERE name LIKE 'Ann%'",
    "DROP VIEW known",
    # tables that queries fill
    "CREATE TABLE copied AS SELECT id, ssn, upper(name) AS name, born > '1985-01-01' AS young FROM people",
    "SELECT * FROM copied ORDER BY id",
    "SELECT id FROM copied WHERE ssn = '123-45-6789'",
    "SELECT id FROM copied WHERE name LIKE '%EXAM%'",
    "CREATE TABLE copied AS SELECT id, ssn FROM people",
    "INSERT INTO copied VALUES (99, '5', NULL, true) RETURNING *",
    "SELECT attname, format_type(atttypid, atttypmod) FROM pg_attribute WHERE attrelid = 'copied'::regclass AND attnum > 0 ORDER BY attnum",
    "BEGIN",
    "DROP TABLE copied",
    "SELECT ssn, name, 1 AS one INTO copied FROM people WHERE id > 0",
    "INSERT INTO copied VALUES ('7', 'planted x', 2)",
    "SELECT * FROM copied ORDER BY ssn",
    "SELECT one FROM copied WHERE ssn = '7'",
    "SAVEPOINT a",
    "DROP TABLE copied",
    "CREATE TABLE copied AS SELECT ssn FROM people WHERE 1 / (id - id) = 1",
    "ROLLBACK TO a",
    "SELECT count(name) FROM copied",
    "ROLLBACK",
    "SELECT count(name) FROM copied",
    "UPDATE copied SET name = lower(name) WHERE name IS NOT NULL",
    "SELECT * FROM copied ORDER BY id",
    "DROP TABLE copied",
    "CREATE TABLE public.people AS SELECT '1' AS ssn",
    "SELECT '1' AS ssn INTO people",
    "CREATE TABLE public.copied (ssn, name) AS SELECT NULL::text, name FROM people WHERE id = -1",
    "INSERT INTO copied VALUES ('8', 'planted y') RETURNING *",
    "SELECT * FROM copied",
    "DROP TABLE copied",
    "CREATE TABLE copied AS WITH p AS (SELECT ssn, name FROM people) SELECT a.ssn, b.name || '!' AS name FROM p a JOIN p b ON a.ssn = b.ssn UNION ALL SELECT NULL, 'planted z'",
    "SELECT * FROM copied ORDER BY name",
    # values in the definition of a table
    "CREATE TABLE late (n int DEFAULT 7 CHECK (n > -1), ssn text CHECK (ssn <> 'planted check' AND length(ssn) > 2), "
    "code varchar(30) DEFAULT 'planted code', CONSTRAINT both_there CHECK (ssn <> 'planted pair' OR n = 5))",
    "INSERT INTO late (n, ssn) VALUES (1, 'a first one') RETURNING *",
    "INSERT INTO late (n, ssn) VALUES (2, 'planted check')",
    "INSERT INTO late (n, ssn) VALUES (3, 'planted pair')",
    "INSERT INTO late (n, ssn) VALUES (-5, 'good enough')",
    "INSERT INTO late (n, ssn) VALUES (5, 'planted pair')",
    "SELECT * FROM late ORDER BY n",
    "SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = 'late'::regclass ORDER BY 1",
    "DROP TABLE late",
    "DROP INDEX no_such_index",
    "COMMENT ON TABLE people IS 'who comes here'",
    "ALTER TABLE people DROP COLUMN note",
    "ALTER TABLE people ADD COLUMN note varchar(10)",
    "UPDATE people SET note = 'this is far too long' WHERE id > 0",
    "UPDATE people SET note = 'short' WHERE id = 1",
    "SELECT id, note FROM people ORDER BY id",
    # inside one transaction, with a rollback to a savepoint
    "BEGIN",
    "DROP TABLE visits",
    "DROP TABLE people",
    "CREATE TABLE people (id int PRIMARY KEY, ssn varchar(11) UNIQUE, born date)",
    "INSERT INTO people VALUES (1, '999-99-9999', '2000-01-01'), (2, NULL, NULL)",
    "SELECT * FROM people WHERE ssn = '999-99-9999'",
    "SELECT id FROM people WHERE born > '1999-12-31'",
    "SAVEPOINT a",
    "ALTER TABLE people ADD COLUMN name text",
    "UPDATE people SET name = 'Carla' WHERE id = 1",
    "SELECT * FROM people ORDER BY id",
    "ROLLBACK TO a",
    "SELECT * FROM people ORDER BY id",
    "ROLLBACK",
    "SELECT id, ssn, name, born FROM people ORDER BY id",
    "DROP TABLE people",
    "CREATE TABLE late (ssn text)",
    "INSERT INTO late VALUES ('5')",
    "DROP TABLE visits, people, late",
    "CREATE TABLE people (ssn text PRIMARY KEY, name text)",
    "INSERT INTO people VALUES ('1', 'Dora') RETURNING *",
    "INSERT INTO people VALUES ('1', 'Dora again')",
    "CREATE TABLE other (ssn text)",
    # made and used in one message
    "CREATE TABLE tried (id int); INSERT INTO tried VALUES (1); DROP TABLE tried",
    "BEGIN; ALTER TABLE people ADD COLUMN note text; UPDATE people SET note = 'asthma'; SELECT note FROM people; ROLLBACK",
    "SELECT relname, relkind FROM pg_class WHERE relname LIKE 'people%' ORDER BY 1",
    "SELECT attname, format_type(atttypid, atttypmod), attnotnull FROM pg_attribute "
    "WHERE attrelid = 'people'::regclass AND attnum > 0 AND NOT attisdropped ORDER BY attnum",
]

# What pgveil does not do, said in one sentence; nothing may change.
REFUSED = [
    ("ALTER TABLE people RENAME COLUMN name TO nom", "by its name"),
    ("ALTER TABLE people RENAME TO persons", "by its name"),
    ("ALTER TABLE people ALTER COLUMN name TYPE varchar(9)", "converted to another type"),
    ("ALTER TABLE people ALTER COLUMN name SET DEFAULT 'y', ADD COLUMN more int", "in one statement"),
    ("CREATE VIEW loud AS SELECT upper(name) FROM people", "computes with sealed"),
    ("CREATE VIEW one AS SELECT * FROM people WHERE ssn = '1'", "computes with sealed"),
    ("CREATE MATERIALIZED VIEW copies AS SELECT name FROM people", "copies that the policy does not know"),
    ("CREATE TABLE late (ssn text CHECK (ssn <> text 'x'))", "would reach the server"),
    ("ALTER TABLE people ADD COLUMN born date DEFAULT now()", "default in plaintext"),
    ("ALTER TABLE people ADD COLUMN born date DEFAULT '2000-01-01', ADD COLUMN more int", "default in plaintext"),
    ("ALTER TABLE people ADD COLUMN copied text GENERATED ALWAYS AS (ssn) STORED", "generated column"),
    ("ALTER TABLE people ADD CHECK (length(name) > 1)", "compare sealed values"),
    ("CREATE TABLE copies (LIKE people INCLUDING ALL)", "cannot be changed through pgveil"),
    ("CREATE TABLE child () INHERITS (people)", "cannot be changed through pgveil"),
    ("CREATE TABLE public.late AS SELECT '1' AS ssn", "fill with plaintext"),
    ("SELECT '1' AS ssn INTO late", "fill with plaintext"),
    ("CREATE TABLE kept AS SELECT name FROM people", "seals none of its own"),
    ("CREATE TABLE late AS SELECT name AS called, ssn FROM people", "the policy does not seal"),
    ("CREATE TABLE late AS SELECT name AS ssn FROM people WITH NO DATA", "WITH NO DATA"),
    ("CREATE TABLE IF NOT EXISTS late AS SELECT name AS ssn FROM people", "cannot make table late sealed"),
    ("CREATE TABLE late AS WITH d AS (DELETE FROM people RETURNING name) SELECT name AS ssn FROM d", "a WITH query that changes rows"),
    ("CREATE UNIQUE INDEX ON people (upper(name))", "must be unique"),
]


def sealed_bytes(checks, cluster, texts):
    """Nothing of what the program stored can be read on the server."""
    rows = cluster.sql("app", "SELECT p::text FROM people p")
    for text in texts:
        checks.that(text not in rows, f"{text!r} is not in the server's rows")
    types = cluster.sql("app", "SELECT string_agg(atttypid::regtype::text, ' ' ORDER BY attnum) FROM pg_attribute "
                               "WHERE attrelid = 'people'::regclass AND attname IN ('ssn', 'name')")
    checks.equal(types, "pgveil.text pgveil.text", "types of the sealed columns on the server")


def no_planted_values(checks, cluster):
    """Defaults and CHECK constraints of sealed columns: schema pgveil keeps them sealed."""
    rows = cluster.sql("app", "SELECT string_agg(p::text, ' ') FROM people p") + cluster.sql(
        "app", "SELECT string_agg(c::text, ' ') FROM copied c")
    checks.that("Example" not in rows, f"no name is in a row in clear: {rows}")
    checks.that("planted" not in rows, f"no default is in a row in clear: {rows}")
    kept = cluster.sql("app", "SELECT string_agg(s::text, ' ') FROM pgveil.sealed_column s") + cluster.sql(
        "app", "SELECT string_agg(o::text, ' ') FROM pgveil.logical_object o") + cluster.sql(
        "app", "SELECT coalesce(string_agg(c::text, ' '), '') FROM pgveil.planned_change c") + cluster.sql(
        "app", "SELECT string_agg(pg_get_constraintdef(oid), ' ') FROM pg_constraint") + cluster.sql(
        "app", "SELECT string_agg(query, ' ') FROM pg_stat_activity WHERE datname = 'app'")
    checks.that("pgveil_sealed:" in kept, "defaults and CHECK constraints are kept sealed")
    checks.that("planted" not in kept, f"no value of DDL is in clear: {kept}")


def same(checks, pgveil, cluster):
    """Returns the two connections as they are at the end."""
    ours, plain = connect(pgveil, cluster)
    types = Types(cluster, "app"), Types(cluster, "plain")
    for number, statement in enumerate(SAME):
        if statement.startswith("DROP TABLE late"):
            no_planted_values(checks, cluster)
        got = answers(ours, statement, number)
        want = answers(plain, statement, number)
        checks.equal(len(got), len(want), f"answers to {statement}")
        for one, other in zip(got, want):
            said = difference(one, other, *types, ordered="ORDER BY" in statement)
            if not checks.that(said is None, f"{statement}: {said}") and isinstance(one, WireError):
                ours, plain = connect(pgveil, cluster)
    return ours


def connect(pgveil, cluster):
    return (Wire("127.0.0.1", pgveil.port, "owner", LOGINS["owner"], "app"),
            Wire("127.0.0.1", cluster.port, "owner", LOGINS["owner"], "plain"))


def answers(connection, statement, number):
    try:
        if number % 2 == 0 or "; " in statement:
            return connection.simple(statement)
        return [connection.extended(statement)]
    except (WireError, OSError) as problem:
        return [WireError(repr(problem))]


def refused(checks, connection, cluster):
    before = cluster.sql("app", "SELECT string_agg(attname || atttypid::regtype, ' ' ORDER BY attnum) "
                                "FROM pg_attribute WHERE attrelid = 'people'::regclass")
    for statement, words in REFUSED:
        outcome = connection.query(statement)
        message = (outcome.error or {}).get("M", "no error")
        checks.that(outcome.sqlstate in ("0A000", "42501") and words in message, f"{statement}: {outcome.sqlstate} {message}")
    renamed = connection.simple("BEGIN; DROP TABLE people; ALTER TABLE other RENAME TO people")[-1]
    checks.that("by its name" in (renamed.error or {}).get("M", ""), f"a table with plaintext gets the name: {renamed}")
    connection.query("ROLLBACK")
    connection.query("CREATE SCHEMA attic")
    connection.query("CREATE TABLE attic.late (ssn text)")
    moved = connection.query("ALTER TABLE attic.late SET SCHEMA public")
    checks.that("by its name" in (moved.error or {}).get("M", ""), f"a table with plaintext moves to the name: {moved}")
    connection.query("DROP SCHEMA attic CASCADE")
    # Made at the server a moment ago: the twin does not know it yet, and nothing of it may be lost.
    cluster.sql("app", "CREATE TABLE late (ssn text); INSERT INTO late VALUES ('77'); ALTER TABLE late OWNER TO owner")
    outcome = connection.query("CREATE TABLE IF NOT EXISTS late (ssn text)")
    checks.that(outcome.sqlstate in (None, "55000", "0A000"), f"CREATE TABLE IF NOT EXISTS of a table just made: {outcome}")
    checks.equal(cluster.sql("app", "SELECT ssn FROM late"), "77", "what was in it is still there")
    cluster.sql("app", "DROP TABLE late")
    checks.equal(cluster.sql("app", "SELECT string_agg(attname || atttypid::regtype, ' ' ORDER BY attnum) "
                                    "FROM pg_attribute WHERE attrelid = 'people'::regclass"), before, "columns")


def filled_from_tagged(checks, connection, cluster):
    """A materialized view that an administrator made on the server keeps tagged columns in the clear."""
    checks.equal(connection.query("ALTER TABLE people ADD COLUMN zip text").sqlstate, None, "ADD COLUMN zip")
    cluster.sql("app", "CREATE VIEW between AS SELECT ssn, zip AS z FROM people; "
                       "CREATE MATERIALIZED VIEW zips AS SELECT z FROM between; CREATE INDEX ON zips (z); "
                       "CREATE MATERIALIZED VIEW seconds AS SELECT * FROM zips; "
                       "CREATE VIEW outer_zips AS SELECT * FROM zips; "
                       "CREATE MATERIALIZED VIEW harmless AS SELECT 1 AS one; "
                       "GRANT SELECT ON between, zips, seconds, harmless, outer_zips TO owner; "
                       "ALTER MATERIALIZED VIEW zips OWNER TO owner")
    deadline = time.monotonic() + 30
    while connection.query("SELECT one FROM harmless").text() != [("1",)] and time.monotonic() < deadline:
        time.sleep(0.2)
    checks.equal(connection.query("SELECT one FROM harmless").text(), [("1",)], "one that was not filled from tagged columns")
    for statement in ("SELECT * FROM zips", "SELECT count(*) FROM zips WHERE z LIKE '0%'", "TABLE seconds", "SELECT z FROM outer_zips",
                      "SELECT p.ssn FROM people p JOIN zips ON z = zip", "COPY (SELECT z FROM zips) TO STDOUT"):
        outcome = connection.query(statement)
        checks.that(outcome.sqlstate == "0A000" and "was filled from table" in outcome.error["M"], f"{statement}: {outcome}")
    for statement in ("REFRESH MATERIALIZED VIEW zips", "CREATE INDEX zips_again ON zips (z)", "DROP INDEX zips_again"):
        checks.equal(connection.query(statement).sqlstate, None, statement)
    cluster.sql("app", "DROP VIEW outer_zips; DROP MATERIALIZED VIEW seconds; DROP MATERIALIZED VIEW zips; DROP VIEW between; "
                       "DROP MATERIALIZED VIEW harmless")
    deadline = time.monotonic() + 30
    while connection.query("ALTER TABLE people DROP COLUMN zip").sqlstate is not None and time.monotonic() < deadline:
        time.sleep(0.2)  # until pgveil knows that the views are gone
    checks.equal(connection.query("SELECT zip FROM people").sqlstate, "42703", "zip is dropped")


def filled_by_clerk(checks, pgveil, cluster, connection):
    """Who fills a table that stays needs create on its classes, and stores what the role sees."""
    cluster.sql("app", "GRANT SELECT ON people TO clerk; GRANT CREATE ON SCHEMA public TO clerk")
    for database in ("app", "plain"):
        (connection.query if database == "app" else lambda sql: cluster.sql("plain", sql))("DROP TABLE copied")
    clerk = Wire("127.0.0.1", pgveil.port, "clerk", LOGINS["clerk"], "app")
    for statement in ("CREATE TABLE copied AS SELECT name FROM people", "SELECT name INTO copied FROM people WHERE false",
                      "CREATE TABLE copied AS SELECT 1 AS one, ssn AS name FROM people"):
        denied = clerk.query(statement)
        checks.equal(denied.sqlstate, "42501", f"{statement}: {denied}")
        checks.that("name" in (denied.error or {}).get("M", ""), f"which column: {denied.error}")
    checks.equal(cluster.sql("app", "SELECT count(*) FROM pg_class WHERE relname = 'copied'"), "0", "no table was made")
    checks.equal(clerk.query("CREATE TABLE late AS SELECT ssn, left(ssn, 1) AS code FROM people").sqlstate, None, "what it may")
    checks.equal(clerk.query("SELECT ssn FROM people").text(), [("*",)], "the clerk sees masks")
    checks.equal(clerk.query("SELECT ssn FROM late").text(), [(None,)], "of the new table the mask of its own column")
    cluster.sql("app", "GRANT SELECT ON late TO owner")
    checks.equal(connection.query("SELECT ssn, code FROM late").text(), [("*", "*")], "masks are what was stored")
    checks.equal(clerk.query("DROP TABLE late").sqlstate, "42501", "a table of its own, but without the verb delete")
    clerk.close()
    cluster.sql("app", "ALTER TABLE late OWNER TO owner")
    deadline = time.monotonic() + 30
    while connection.query("DROP TABLE late").sqlstate is not None and time.monotonic() < deadline:
        time.sleep(0.2)  # until pgveil knows the new owner
    checks.equal(connection.query("SELECT FROM late").sqlstate, "42P01", "late is dropped")
    cluster.sql("app", "REVOKE ALL ON people FROM clerk; REVOKE CREATE ON SCHEMA public FROM clerk")


def two_proxies(checks, workspace, cluster, first):
    """What one changes the other knows, at the latest after a moment."""
    second = Pgveil(workspace, cluster, database="app", policy=POLICY, name="second")
    second.use_key(first.directory / "kek")
    second.start()
    one, two = (Wire("127.0.0.1", p.port, "owner", LOGINS["owner"], "app") for p in (first, second))
    checks.equal(two.query("SELECT name FROM people").text(), [("Dora",)], "what the first has sealed, the second opens")
    checks.equal(one.query("ALTER TABLE people ADD COLUMN note text").sqlstate, None, "ALTER TABLE at the first")
    deadline = time.monotonic() + 30
    while True:
        outcome = two.query("UPDATE people SET note = 'eczema'")
        if outcome.tag == "UPDATE 1" or time.monotonic() > deadline:
            break
        checks.that(outcome.sqlstate in ("42703", "0A000"), f"until it knows, the second says: {outcome.error}")
        time.sleep(0.2)
    checks.equal(outcome.tag, "UPDATE 1", "the second knows the new column")
    checks.that("eczema" not in cluster.sql("app", "SELECT p::text FROM people p"), "and seals it")
    checks.equal(one.query("SELECT note FROM people").text(), [("eczema",)], "the first reads what the second wrote")
    one.query("ALTER TABLE people DROP COLUMN note")
    one.close()
    two.close()
    checks.equal(second.stop(), 0, "exit code of the second")


def main():
    checks = Checks("schema")
    workspace = Workspace("schema")
    cluster = Cluster(workspace).start()
    cluster.sql("postgres", f"CREATE ROLE {CONTROL_LOGIN} SUPERUSER LOGIN PASSWORD '{CONTROL_PASSWORD}'")
    for login, password in LOGINS.items():
        cluster.sql("postgres", f"CREATE ROLE {login} LOGIN PASSWORD '{password}'")
    for database in ("app", "plain"):
        cluster.sql("postgres", f"CREATE DATABASE {database} OWNER owner")
        cluster.sql(database, "ALTER SCHEMA public OWNER TO owner")
    pgveil = Pgveil(workspace, cluster, database="app", policy=POLICY).prepare().start()
    connection = same(checks, pgveil, cluster)
    sealed_bytes(checks, cluster, ["Dora"])
    refused(checks, connection, cluster)
    filled_from_tagged(checks, connection, cluster)
    filled_by_clerk(checks, pgveil, cluster, connection)
    log = pgveil.log_text()
    checks.that("error" not in log.lower(), f"no error in the log: {log[-1500:]}")
    # The same schema, back in plaintext.
    connection.close()
    two_proxies(checks, workspace, cluster, pgveil)
    checks.equal(pgveil.stop(), 0, "exit code of pgveil")
    pgveil.command("revert", "--drop-schema")
    dumps = [run(["pg_dump", "-h", cluster.sockets, "-p", cluster.port, "-U", "postgres", "-d", database]).stdout
             for database in ("app", "plain")]
    lines = [[line for line in dump.splitlines() if not line.startswith(("\\restrict", "\\unrestrict"))] for dump in dumps]
    checks.that(sorted(lines[0]) == sorted(lines[1]), "after revert the dump is that of the plain database: "
                f"{sorted(set(lines[0]) ^ set(lines[1]))}")
    cluster.stop()
    checks.finish()


if __name__ == "__main__":
    main()
