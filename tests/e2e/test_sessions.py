"""Sessions that go through all of pgveil and behave badly, or are many: cancelled in each phase of a statement, gone in
the middle of a COPY, half-closed, with thousands of prepared statements, with two-phase commits, with a schema that
another session has just changed; hundreds idle and busy in bounded memory."""
import os
import socket
import struct
import sys
import threading
import time

import oracle
from harness import PASSWORDS, SANITIZED, Checks, Cluster, Pgveil, Workspace, load_clinic
from test_streams import resident
from wire import LoginError, Wire, WireError, cancel, cstr, frame

IDLE, BUSY = (60, 20) if SANITIZED else (1000, 200)
PIECES = "patients a, patients b, patients c WHERE upper(a.last_name) < upper(b.last_name || c.first_name)"
INSERT = "INSERT INTO consents (patient_id, kind, signed_on, signature) VALUES (1, 'data', '2026-01-01', '\\x01')"


def cancelled(checks, pgveil, what, send, after, answer=None):
    """Sends, cancels after a while, and wants the error soon and the session in order."""
    connection = pgveil.connect("dr_adams", timeout=120)
    send(connection)
    time.sleep(after)
    started = time.monotonic()
    cancel("127.0.0.1", pgveil.port, connection.backend_pid, connection.backend_key)
    got = answer(connection) if answer else connection.until_ready()
    checks.equal(got.sqlstate, "57014", f"cancel of {what}: {got.tag}")
    checks.that(time.monotonic() - started < (60 if SANITIZED else 12), f"soon: {what}")
    connection.query("ROLLBACK")
    checks.equal(connection.query("SELECT count(*) FROM patients WHERE last_name IS NULL").text(), [("0",)], f"the session after {what}")
    connection.close()


def query(sql):
    return lambda connection: connection.send(frame(b"Q", cstr(sql)))


def cancels(checks, pgveil, cluster):
    cancelled(checks, pgveil, "what the server runs (Pass)", query("SELECT pg_sleep(30)"), 0.5)
    cancelled(checks, pgveil, "what the server runs (InPlace)", query("SELECT last_name, pg_sleep(1) FROM patients"), 0.7)
    cancelled(checks, pgveil, "what the twin computes", query(f"SELECT count(*) FROM {PIECES}"), 1.5)
    cancelled(checks, pgveil, "a cursor that is computed",
              lambda c: (c.query("BEGIN"), c.send(frame(b"Q", cstr(f"DECLARE c CURSOR FOR SELECT a.id FROM {PIECES}")))), 1.5)
    cancelled(checks, pgveil, "a COPY that the twin computes",
              query(f"COPY (SELECT count(*) FROM {PIECES}) TO STDOUT"), 1.5)
    cancelled(checks, pgveil, "a piece of a Query", query(f"SELECT 1; SELECT count(*) FROM {PIECES}; SELECT 2"), 1.5)
    holder = cluster.connect("postgres")
    holder.query("BEGIN")
    holder.query("SELECT id FROM patients WHERE id = 3 FOR UPDATE")
    cancelled(checks, pgveil, "a write that waits for a row", query("UPDATE patients SET last_name = 'x' WHERE id = 3"), 1)
    cancelled(checks, pgveil, "a write in two steps that waits for a row",
              query("UPDATE patients SET last_name = upper(last_name) WHERE id = 3"), 1)
    holder.query("ROLLBACK")
    holder.close()

    def pipeline(connection):
        message = connection.parse_message("", "SELECT pg_sleep(30), last_name FROM patients WHERE id = 1")
        connection.send(message + connection.bind_message("", "") + frame(b"E", b"\0" + struct.pack("!I", 0)) +
                        frame(b"S") + frame(b"Q", cstr("SELECT 7")))
    connection = pgveil.connect("dr_adams", timeout=120)
    pipeline(connection)
    time.sleep(0.7)
    cancel("127.0.0.1", pgveil.port, connection.backend_pid, connection.backend_key)
    checks.equal(connection.until_ready().sqlstate, "57014", "cancel in a pipeline")
    checks.equal(connection.until_ready().text(), [("7",)], "what stands behind its Sync runs")
    connection.close()
    # Each of a new session and text, so that it asks for settings and is planned when the cancel comes.
    lost = 0
    for i in range(10):
        connection = pgveil.connect("dr_adams", timeout=120)
        connection.send(frame(b"Q", cstr(f"SELECT pg_sleep(2), last_name AS name_{i} FROM patients WHERE id = 1")))
        time.sleep(0.03)
        cancel("127.0.0.1", pgveil.port, connection.backend_pid, connection.backend_key)
        lost += connection.until_ready().sqlstate != "57014"
        connection.close()
    checks.equal(lost, 0, "cancels lost of 10 that came 30 ms behind the first statement of a session")


def gone(cluster, pid):
    """Whether the server has ended that session."""
    for _ in range(300):
        if cluster.sql("clinic", f"SELECT count(*) FROM pg_stat_activity WHERE pid = {pid}") == "0":
            return True
        time.sleep(0.1)
    return False


def vanishing(checks, pgveil, cluster):
    start = "COPY patients (id, mrn, last_name, first_name, dob, state) FROM STDIN"
    rows = "".join(f"{i}\tV{i}\tGone\tClient\t1980-01-01\tMA\n" for i in range(700000, 700400)).encode()
    for what, ends in (("is reset", "reset"), ("is closed", "close"), ("sends half a message", "half")):
        connection = pgveil.connect("dr_adams")
        connection.send(frame(b"Q", cstr(start)))
        checks.equal(connection.receive()[0], "G", "COPY of a tagged table starts")
        connection.send(frame(b"d", rows))
        if ends == "half":
            connection.send(frame(b"d", rows)[:-7])
        if ends == "reset":
            connection.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        connection.sock.close()
        checks.that(gone(cluster, connection.backend_pid), f"the server's session ends when the client {what} in COPY FROM")
        checks.equal(cluster.sql("clinic", "SELECT count(*) FROM patients WHERE id >= 700000"), "0", "nothing is stored")
    for statement in ("COPY (SELECT last_name, repeat('x', 100000) FROM patients, generate_series(1, 50)) TO STDOUT",
                      "SELECT last_name, repeat('x', 100000) FROM patients, generate_series(1, 50)"):
        connection = pgveil.connect("dr_adams")
        connection.send(frame(b"Q", cstr(statement)))
        connection.receive()
        connection.sock.close()
        checks.that(gone(cluster, connection.backend_pid), f"the server's session ends when its client has left: {statement[:30]}")
    statements = {"Pass": "SELECT 'last'", "InPlace": "SELECT last_name FROM patients WHERE id = 1",
                  "Split": "SELECT upper(last_name) FROM patients WHERE id = 1",
                  "Local": "SELECT relname FROM pg_class WHERE relname = 'patients'"}
    for kind, statement in statements.items():
        connection = pgveil.connect("dr_adams")
        connection.send(frame(b"Q", cstr(statement)))
        connection.sock.shutdown(socket.SHUT_WR)
        got = connection.until_ready()
        checks.that(got.error is None and len(got.rows) == 1, f"a half-closed client gets its answer ({kind}): {got.error}")
        checks.equal(connection.sock.recv(10), b"", "and then the end")
        connection.close()


def prepared(checks, pgveil):
    connection, before = pgveil.connect("dr_adams", timeout=120), resident(pgveil.process.pid)
    count = 500 if SANITIZED else 5000
    text = ["SELECT last_name FROM patients WHERE id = $1 AND {} = {}", "SELECT upper(last_name) FROM patients WHERE id = $1 AND {} = {}"]
    errors = 0
    for i in range(count):
        message = connection.parse_message(f"s{i}", text[i % 50 == 0].format(i % 100, i % 100))
        connection.send(message + frame(b"S"))
        errors += connection.until_ready().error is not None
    checks.equal(errors, 0, f"errors of {count} prepared statements")
    answers = set()
    for i in (0, 1, count // 2, count - 1):
        connection.send(connection.bind_message("", f"s{i}", [b"1"]) + frame(b"E", b"\0" + struct.pack("!I", 0)) + frame(b"S"))
        answers |= {row[0].upper() for row in connection.until_ready().text()}
    checks.equal(len(answers), 1, f"their answers: {answers}")
    grown = resident(pgveil.process.pid) - before
    print(f"{count} prepared statements: {grown:.0f} MB")
    checks.that(grown < (400 if SANITIZED else 60), f"memory of {count} prepared statements: {grown:.0f} MB")
    checks.equal(connection.query("DEALLOCATE ALL").error, None, "DEALLOCATE ALL")
    connection.send(connection.bind_message("", "s0", [b"1"]) + frame(b"S"))
    checks.equal(connection.until_ready().sqlstate, "26000", "they are gone")
    connection.close()


def two_phases(checks, pgveil):
    one, two = pgveil.connect("dr_adams"), pgveil.connect("dr_adams")
    for last, wanted in (("ROLLBACK PREPARED 'p'", 0), ("COMMIT PREPARED 'p'", 1)):
        one.query("BEGIN")
        checks.equal(one.query("INSERT INTO patients (id, mrn, last_name, first_name, dob, state) "
                               "VALUES (710001, 'T1', 'Twophase', 'X', '1990-01-01', 'MA')").error, None, "a sealed row")
        got = one.query("PREPARE TRANSACTION 'p'")
        checks.equal((got.tag, got.error), ("PREPARE TRANSACTION", None), "prepared")
        checks.equal(two.query("SELECT last_name FROM patients WHERE id = 710001").text(), [], "nobody sees it")
        checks.equal(two.query(last).tag, last[:-4], last)
        rows = [("Twophase",)] * wanted
        checks.equal(one.query("SELECT last_name FROM patients WHERE mrn = 'T1'").text(), rows, f"found by its number after {last}")
    one.query("DELETE FROM patients WHERE id = 710001")
    one.close(), two.close()


def schema_of_others(checks, pgveil):
    """What one session has committed, the next statement of another knows."""
    maker, user = pgveil.connect("dr_adams"), pgveil.connect("dr_adams")
    for i in range(3):
        for block in (False, True):
            maker.simple("BEGIN" if block else "SELECT 1")
            checks.equal(maker.query(f"CREATE TABLE made_{i} (a int)").error, None, "CREATE TABLE")
            maker.simple("COMMIT" if block else "SELECT 1")
            checks.equal(user.query(f"INSERT INTO made_{i} VALUES (1)").error, None, "another session writes to the new table at once")
            checks.equal(maker.query(f"DROP TABLE made_{i}").error, None, "DROP TABLE")
            checks.equal(user.query(f"TABLE made_{i}").sqlstate, "42P01", "and knows that it is gone")
    maker.query("CREATE TABLE widened (a int)")
    user.send(user.parse_message("w", "SELECT * FROM widened") + frame(b"S"))
    user.until_ready()
    maker.query("ALTER TABLE widened ADD COLUMN b int")
    user.send(user.bind_message("", "w") + frame(b"E", b"\0" + struct.pack("!I", 0)) + frame(b"S"))
    got = user.until_ready()
    checks.equal([got.error and got.error.get(field) for field in "CMR"],
                 ["0A000", "cached plan must not change result type", "RevalidateCachedQuery"], "a statement that is stale")
    maker.query("DROP TABLE widened")
    maker.query("BEGIN")
    checks.equal(maker.query("CREATE SCHEMA own_schema").error, None, "a schema of the login's own")
    maker.query("CREATE TABLE own_schema.t (a int)")
    checks.equal(maker.query("INSERT INTO own_schema.t VALUES (1)").error, None, "is used in its own block")
    maker.query("ROLLBACK")
    maker.close(), user.close()


BLOCKS = [
    "DECLARE c CURSOR FOR SELECT id, last_name FROM patients ORDER BY id; FETCH 2 FROM c",
    "DECLARE c CURSOR FOR SELECT id, {upper} FROM patients ORDER BY id; FETCH 2 FROM c; MOVE 1 FROM c; FETCH 1 FROM c; CLOSE c",
    "DECLARE c CURSOR FOR SELECT id, {upper} FROM patients ORDER BY id; FETCH 2 FROM c; SELECT 1 / 0", "FETCH 1 FROM c",
    "DECLARE c CURSOR FOR SELECT id, last_name FROM patients", "DECLARE c CURSOR FOR SELECT {upper} FROM patients", "LOCK TABLE rooms",
    "LOCK TABLE rooms; SELECT {upper} FROM patients WHERE id = 1", "SELECT {upper} FROM patients WHERE id = 1; LOCK TABLE patients",
    "SELECT {upper} FROM patients WHERE id = 1; SET LOCAL work_mem = '5MB'; SHOW work_mem", "SHOW work_mem",
    "SET LOCAL DateStyle = 'German'; SELECT {upper}, dob FROM patients WHERE id = 1; SELECT dob FROM patients WHERE id = 1",
    "SELECT dob FROM patients WHERE id = 1",
    "VACUUM rooms; SELECT {upper} FROM patients WHERE id = 1", "SELECT {upper} FROM patients WHERE id = 1; VACUUM rooms",
    "INSERT INTO rooms (name, floor) VALUES ('gone', 1); LOCK TABLE rooms; SELECT {upper} FROM patients WHERE id = 1; SELECT 1 / 0",
    "SELECT count(*) FROM rooms WHERE name = 'gone'",
    "INSERT INTO rooms (name, floor) VALUES ('kept', 1); LOCK TABLE rooms; SELECT {upper} FROM patients WHERE id = 1",
    "SELECT count(*) FROM rooms WHERE name = 'kept'", "DELETE FROM rooms WHERE name = 'kept'",
    *(f"LOCK TABLE rooms; SELECT {{upper}} FROM patients WHERE id = 1; {what}; SELECT 1" for what in (
        "SAVEPOINT s", "RELEASE s", "ROLLBACK TO s", "COMMIT AND CHAIN", "ROLLBACK AND CHAIN", "COMMIT", "ROLLBACK")),
    "LOCK TABLE rooms; SELECT {upper} FROM patients WHERE id = 1; COMMIT; LOCK TABLE rooms; SELECT 2",
    "LOCK TABLE rooms; SELECT {upper} FROM patients WHERE id = 1; BEGIN; SELECT 1", "SELECT 2", "ROLLBACK",
    "BEGIN; LOCK TABLE rooms; SELECT {upper} FROM patients WHERE id = 1; SAVEPOINT s; SELECT 1 / 0", "ROLLBACK TO s", "COMMIT",
    "SELECT {upper} FROM patients WHERE id = 1; INSERT INTO rooms (name, floor) VALUES ('kept', 1); LOCK TABLE rooms; SELECT 1",
    "DELETE FROM rooms WHERE name = 'kept'"]


def blocks(checks, pgveil, cluster, database):
    """A Query of several statements is one block, also where pgveil sends them one by one."""
    for name in ("clinic", database):
        cluster.sql(name, "GRANT ALL ON rooms TO dr_adams")
    through, direct = pgveil.connect("dr_adams"), cluster.connect("dr_adams", database)
    for connection in (through, direct):
        checks.equal(connection.query("CREATE TABLE deferred (a int UNIQUE DEFERRABLE INITIALLY DEFERRED)").error, None, "CREATE TABLE")
    for text in BLOCKS:
        sql = text.format(upper="upper(last_name)")
        seen = []
        for connection in (through, direct):
            seen.append([(one.error["C"] + one.error["M"] if one.error else one.tag, one.rows, [n.get("M") for n in one.notices])
                         for one in connection.simple(sql)] + [connection.status])
        checks.equal(seen[0], seen[1], sql)
    deferred = "SELECT upper(last_name) FROM patients WHERE id = 1; LOCK TABLE deferred; INSERT INTO deferred VALUES (1), (1)"
    for connection in (through, direct):
        checks.equal((connection.query(deferred).sqlstate, connection.status), ("23505", "I"), "a constraint that is checked at the end")
        checks.equal(connection.query("TABLE deferred").rows, [], "undoes all of it")
    message = "LOCK TABLE rooms; SELECT upper(last_name) FROM patients WHERE id = 1; SET search_path = x; SELECT 1 / 0"
    for connection in (through, direct):
        connection.send(frame(b"Q", cstr(message)) + frame(b"Q", cstr("SHOW search_path")))
        checks.equal(connection.until_ready().sqlstate, "22012", "a pipeline behind a block that fails")
        checks.equal(connection.until_ready().text(), [('"$user", public',)], "its settings are rolled back before the next Query")
        connection.close()


SEEN_BY_NAME = [
    "SELECT attname, atttypid FROM pg_attribute WHERE attrelid = 'made'::regclass AND attnum > 0 ORDER BY attnum",
    "SELECT relname, relkind FROM pg_class WHERE relname LIKE 'made%' ORDER BY 1",
    "SELECT column_name, data_type, is_nullable FROM information_schema.columns WHERE table_name = 'made' ORDER BY ordinal_position",
    "SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = 'made'::regclass",
    "SELECT indexrelid::regclass, (SELECT count(*) FROM pg_attribute WHERE attrelid = indexrelid) FROM pg_index WHERE indrelid = 'made'::regclass",
    "SELECT format_type(atttypid, atttypmod), ((atttypmod - 4) >> 16) & 65535 FROM pg_attribute WHERE attrelid = 'made'::regclass AND attnum > 0",
    "SELECT count(*) FROM pg_class WHERE oid >= 16384 AND relname = 'made'"]


def numbers(checks, pgveil, cluster, database):
    """OIDs of what an open block has made: never a wrong one, and never an empty answer to a right one."""
    through, direct = pgveil.connect("dr_adams"), cluster.connect("dr_adams", database)
    for connection in (through, direct):
        connection.query("CREATE TABLE older (a int)")
    for kind in ("TABLE", "TEMP TABLE"):
        for connection in (through, direct):
            connection.query("BEGIN")
            checks.equal(connection.query(f"CREATE {kind} made (a int PRIMARY KEY, b numeric(7, 2), c text NOT NULL)").error, None, kind)
            checks.equal(connection.query("ALTER TABLE older ADD COLUMN b int").error, None, "ALTER TABLE")
        for question in SEEN_BY_NAME:
            for ask in ("query", "extended"):
                got, wanted = (getattr(connection, ask)(question) for connection in (through, direct))
                checks.equal((got.error, got.rows), (wanted.error, wanted.rows), f"{kind}, by name: {question}")
        number = through.query("SELECT a FROM made").columns[0].table_oid
        checks.that(number > 16384, f"the server's number of the table: {number}")
        checks.equal(through.query("SELECT 'made'::regclass::oid").text(), [(str(number),)], "it is the same where the server is asked")
        text, binary = str(number).encode(), struct.pack("!I", number)
        array = struct.pack("!IIIIII", 1, 0, 26, 1, 1, 4) + binary
        where = "SELECT attname FROM pg_attribute WHERE attrelid"
        refused = {
            "shown": lambda: through.query("SELECT oid, relname FROM pg_class WHERE relname = 'made'"),
            "shown in binary": lambda: through.extended("SELECT oid FROM pg_class WHERE relname = 'made'", result_format=1),
            "shown in a text": lambda: through.query("SELECT 'number ' || oid FROM pg_class WHERE relname = 'made'"),
            "shown in an array": lambda: through.extended("SELECT array_agg(attrelid) FROM pg_attribute WHERE attname = 'c'", result_format=1),
            "of its type": lambda: through.query("SELECT oid FROM pg_type WHERE typname = 'made'"),
            "of its toast table": lambda: through.query("SELECT reltoastrelid FROM pg_class WHERE relname = 'made'"),
            "asked by": lambda: through.query(f"{where} = {number}"),
            "asked by as a string": lambda: through.query(f"{where} = '{number}'"),
            "as a parameter": lambda: through.extended(f"{where} = $1", [text], [26]),
            "as a binary parameter": lambda: through.extended(f"{where} = $1", [binary], [26], param_formats=[1]),
            "in an array": lambda: through.extended(f"{where} = ANY ($1)", [b"{5," + text + b"}"], [1028]),
            "in a binary array": lambda: through.extended(f"{where} = ANY ($1)", [array], [1028], param_formats=[1])}
        through.query("SAVEPOINT s")
        for what, ask in refused.items():
            got = ask()
            checks.equal((got.sqlstate, got.rows), ("0A000", []), f"{kind}, its number {what}")
            through.query("ROLLBACK TO s")
        of = {name: cluster.sql("clinic", f"SELECT '{name}'::regclass::oid") for name in ("patients", "older")}
        for name, known in of.items():
            checks.equal(through.query(f"SELECT '{name}'::regclass::oid").text(), [(known,)], f"the number of {name} is the server's")
            checks.equal(through.query(f"SELECT relname FROM pg_class WHERE oid = {known}").text(), [(name,)], f"{name} by its number")
        checks.equal(through.query("EXPLAIN SELECT upper(last_name) FROM patients WHERE id = 23456").error, None, "EXPLAIN of a number")
        for connection in (through, direct):
            connection.query("CREATE TYPE span AS RANGE (subtype = float8)")
        for question in ("SELECT span(1, 2), lower(span(3, 4, '[]')), span(1, 5) * span(2, 9)", "SELECT span_multirange(span(1, 2), span(5, 6)), span '[1,2)' @> 1.5::float8",
                         "SELECT span(id, 9), upper(last_name) FROM patients WHERE id = 1"):
            for ask in ("query", "extended"):
                got, wanted = (getattr(connection, ask)(question) for connection in (through, direct))
                checks.equal((got.error, got.rows), (wanted.error, wanted.rows), question)
        for connection in (through, direct):
            for last in ("DROP TYPE span", "ALTER TABLE older DROP COLUMN b", "COMMIT"):
                checks.equal(connection.query(last).error, None, last)
    known = cluster.sql("clinic", "SELECT 'public.made'::regclass::oid")
    through.query("DROP TABLE made")  # the temporary one
    checks.equal(through.query("SELECT 'made'::regclass::oid").text(), [(known,)], "after COMMIT the number is the server's")
    checks.equal(through.query(f"SELECT attname FROM pg_attribute WHERE attrelid = {known} AND attnum = 1").text(), [("a",)], "and is known")
    through.query("DROP TABLE made; DROP TABLE older")
    through.close(), direct.close()


def roles_at_login(checks, pgveil, cluster):
    """A role that comes with the login decides like one of SET ROLE, from the first statement on."""
    cluster.sql("clinic", "GRANT billing_staff TO dr_adams")
    questions = ["SELECT current_user, session_user", "SELECT id, last_name, ssn FROM patients ORDER BY id LIMIT 3",
                 "SELECT * FROM patients WHERE id = 1", "SELECT upper(last_name) FROM patients ORDER BY id LIMIT 2", "SELECT reason FROM visits LIMIT 2"]

    def answers(connection):
        got = [(one.sqlstate, one.rows) for question in questions for one in (connection.query(question), connection.extended(question))]
        connection.close()
        return got
    as_clinician = answers(pgveil.connect("dr_adams"))
    changed = pgveil.connect("dr_adams")
    changed.query("SET ROLE billing_staff")
    wanted = answers(changed)
    checks.that(wanted[2:] != as_clinician[2:], "the two roles see different things")
    for what, options in (("role", {"role": "billing_staff"}), ("-c", {"options": "-c role=billing_staff"}),
                          ("--role", {"options": "--role=billing_staff"})):
        checks.equal(answers(pgveil.connect("dr_adams", options=options)), wanted, f"role at login by {what}")
    connection = pgveil.connect("dr_adams", options={"role": "billing_staff"})
    connection.query("RESET ROLE")
    checks.equal(answers(connection), wanted, "RESET ROLE goes back to the role of the login packet")
    connection = pgveil.connect("dr_adams", options={"role": "billing_staff"})
    connection.query("SET ROLE none")
    checks.equal(answers(connection), as_clinician, "SET ROLE none to the login itself")
    cluster.sql("clinic", "ALTER ROLE dr_adams IN DATABASE clinic SET role = 'billing_staff'")
    checks.equal(answers(pgveil.connect("dr_adams")), wanted, "role at login by ALTER ROLE … SET")
    cluster.sql("clinic", "ALTER ROLE dr_adams IN DATABASE clinic RESET ALL")
    checks.equal(answers(pgveil.connect("dr_adams")), as_clinician, "and without it")
    cluster.sql("clinic", "REVOKE billing_staff FROM dr_adams")
    try:
        pgveil.connect("dr_adams", options={"role": "billing_staff"}).close()
        checks.that(False, "a role that the login is no member of")
    except LoginError as refused:
        checks.equal(refused.fields["C"], "42501", "a role that the login is no member of")


def code(checks, pgveil, cluster):
    """What a body reads cannot be known: it is not run, whatever it holds."""
    cluster.sql("clinic", "CREATE PROCEDURE put_room() LANGUAGE sql AS $$INSERT INTO rooms (name, floor) VALUES ('called', 1)$$; "
                          "CREATE PROCEDURE read_name(INOUT n text) LANGUAGE plpgsql AS $$BEGIN SELECT mrn INTO n FROM patients; END$$")
    connection = pgveil.connect("dr_adams")
    for _ in range(240):  # the twin follows what was done on the server
        if connection.query("CALL read_name(NULL)").sqlstate != "42883":
            break
        time.sleep(0.5)
    for statement in ("CALL put_room()", "CALL read_name(NULL)", "DO $$BEGIN PERFORM last_name FROM patients; END$$",
                      "DO $$BEGIN INSERT INTO rooms (name, floor) VALUES ('called', 1); END$$", "DO LANGUAGE plpgsql $$BEGIN EXECUTE 'SELECT 1'; END$$"):
        for got in (connection.query(statement), connection.extended(statement)):
            checks.equal((got.sqlstate, got.error and got.error["M"], got.error and got.error["H"]),
                         ("0A000", "code that is run by DO or CALL may read tables, and what it reads cannot be known",
                          "send its statements one by one"), statement)
    checks.equal(connection.query("CALL nothing()").sqlstate, "42883", "a procedure that is not there")
    checks.equal(cluster.sql("clinic", "SELECT count(*) FROM rooms WHERE name = 'called'"), "0", "nothing has run")
    connection.close()


def too_large(checks, pgveil):
    """max_statement_bytes is 2 MiB here."""
    connection = pgveil.connect("dr_adams", timeout=120)
    large, larger = "x" * 1_500_000, "x" * 2_100_000
    checks.equal(connection.query(f"SELECT length('{large}')").text(), [("1500000",)], "below max_statement_bytes")
    connection.query("BEGIN")
    checks.equal(connection.query(f"UPDATE visits SET reason = '{large}' WHERE id = 1").tag, "UPDATE 1", "a large literal is sealed")
    checks.equal(connection.query(f"SELECT length(reason) FROM visits WHERE reason = '{large}' AND id = 1").text(), [("1500000",)], "and read")
    connection.query("ROLLBACK")
    # One of a shape that is known, as `SELECT length('…')` is now, need not be read and passes.
    for statement in (f"SELECT length('{larger}') AS new", f"UPDATE visits SET reason = '{larger}' WHERE id = 1 AND true"):
        for got in (connection.query(statement), connection.extended(statement)):
            checks.equal((got.sqlstate, got.error and got.error["M"]),
                         ("54000", "the statement has more than 2097152 bytes, which max_statement_bytes allows"), "above it")
    checks.equal(connection.extended("SELECT length($1::text)", [larger.encode()]).text(), [("2100000",)], "a parameter may be larger")
    checks.equal(connection.query("SELECT " + "1," * 300_000 + "1").error["C"], "54000", "more words than pgveil reads")
    checks.equal(connection.query("SELECT 1").text(), [("1",)], "the session goes on")
    connection.close()


def many(checks, pgveil):
    warm = [pgveil.connect("dr_adams") for _ in range(10)]
    for connection in warm:
        connection.query("SELECT last_name FROM patients WHERE id = 1")
    before = resident(pgveil.process.pid)
    idle = [pgveil.connect("dr_adams", timeout=300) for _ in range(IDLE)]
    for connection in idle:
        connection.query("SELECT last_name FROM patients WHERE id = 1")
    each = (resident(pgveil.process.pid) - before) * 1024 / len(idle)
    print(f"memory of an idle session that has read sealed values: {each:.0f} kB (of {IDLE})", flush=True)
    checks.that(each < (1500 if SANITIZED else 150), f"memory of an idle session: {each:.0f} kB")
    problems, lock = [], threading.Lock()

    def work(number):
        try:
            connection = pgveil.connect("dr_adams", timeout=300)
            for i in range(10):
                got = connection.query(f"SELECT last_name, dob FROM patients WHERE id = {1 + (number + i) % 40}")
                if len(got.rows) != 1 or (i == 5 and connection.query("SELECT upper(last_name) FROM patients WHERE id < 20").error):
                    raise WireError(str(got.error))
            connection.close()
        except Exception as problem:  # of any kind: it is the test's result
            with lock:
                problems.append(repr(problem))
    started = time.monotonic()
    threads = [threading.Thread(target=work, args=(i,)) for i in range(BUSY)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    grown = resident(pgveil.process.pid) - before
    print(f"{BUSY} busy sessions beside {IDLE} idle ones: {BUSY * 11 / (time.monotonic() - started):.0f} statements/s, {grown:.0f} MB more")
    checks.equal(problems[:3], [], "problems of the busy sessions")
    checks.that(grown < (2000 if SANITIZED else 300), f"memory of all: {grown:.0f} MB")
    checks.equal(idle[0].query("SELECT 1").text(), [("1",)], "an idle session still answers")
    for connection in warm + idle:
        connection.close()


def main():
    checks = Checks("sessions")
    workspace = Workspace("sessions")
    cluster = Cluster(workspace, settings={"max_connections": str(IDLE + BUSY + 60), "max_prepared_transactions": "5"}).start()
    load_clinic(cluster)
    cluster.sql("clinic", "GRANT CREATE ON SCHEMA public TO dr_adams; GRANT CREATE ON DATABASE clinic TO dr_adams")
    database = oracle.create(cluster, "clinician")
    pgveil = Pgveil(workspace, cluster, limits='max_statement_bytes = "2MiB"\nmax_connections = 1300').prepare().start()
    steps = {"cancels": lambda: cancels(checks, pgveil, cluster), "vanishing": lambda: vanishing(checks, pgveil, cluster),
             "prepared": lambda: prepared(checks, pgveil), "two_phases": lambda: two_phases(checks, pgveil),
             "schema": lambda: schema_of_others(checks, pgveil), "blocks": lambda: blocks(checks, pgveil, cluster, database),
             "numbers": lambda: numbers(checks, pgveil, cluster, database),
             "roles_at_login": lambda: roles_at_login(checks, pgveil, cluster), "code": lambda: code(checks, pgveil, cluster),
             "too_large": lambda: too_large(checks, pgveil),
             "many": lambda: many(checks, pgveil)}
    for name, step in steps.items():
        if len(sys.argv) < 2 or name in sys.argv[1:]:
            step()
            print(f"{name}: done", flush=True)
    checks.that(pgveil.alive(), "pgveil still runs")
    checks.equal(pgveil.stop(), 0, "exit code of pgveil")
    cluster.stop()
    checks.finish()


if __name__ == "__main__":
    main()
