"""Sessions that go through all of pgveil and behave badly, or are many: cancelled in each phase of a statement, gone in
the middle of a COPY, half-closed, with thousands of prepared statements, with two-phase commits, with a schema that
another session has just changed; hundreds idle and busy in bounded memory."""
import os
import socket
import struct
import sys
import threading
import time

from harness import PASSWORDS, SANITIZED, Checks, Cluster, Pgveil, Workspace, load_clinic
from test_streams import resident
from wire import Wire, WireError, cancel, cstr, frame

IDLE, BUSY = (60, 20) if SANITIZED else (400, 100)
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
    checks.equal((got.sqlstate, got.error and got.error["M"]), ("0A000", "cached plan must not change result type"), "a statement that is stale")
    maker.query("DROP TABLE widened")
    maker.query("BEGIN")
    checks.equal(maker.query("CREATE SCHEMA own_schema").error, None, "a schema of the login's own")
    maker.query("CREATE TABLE own_schema.t (a int)")
    checks.equal(maker.query("INSERT INTO own_schema.t VALUES (1)").error, None, "is used in its own block")
    maker.query("ROLLBACK")
    maker.close(), user.close()


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
    pgveil = Pgveil(workspace, cluster).prepare().start()
    steps = {"cancels": lambda: cancels(checks, pgveil, cluster), "vanishing": lambda: vanishing(checks, pgveil, cluster),
             "prepared": lambda: prepared(checks, pgveil), "two_phases": lambda: two_phases(checks, pgveil),
             "schema": lambda: schema_of_others(checks, pgveil), "many": lambda: many(checks, pgveil)}
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
