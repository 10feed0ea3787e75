"""Many sessions at once, and streams that are longer than any buffer: answers stay right, memory stays
bounded, nothing deadlocks when both sides have much to say."""
import os
import random
import struct
import subprocess
import threading
import time

import oracle
from harness import PASSWORDS, SANITIZED, Checks, Cluster, Pgveil, Workspace, load_clinic
from wire import LoginError, WireError, frame

SESSIONS, ROUNDS = 16, 60
STATEMENTS = [
    ("SELECT last_name, dob FROM patients WHERE id = $1", True),
    ("SELECT id FROM patients WHERE mrn = 'MRN' || lpad($1::text, 7, '0')", True),
    ("SELECT id, upper(last_name) FROM patients WHERE id < $1 ORDER BY last_name, id LIMIT 5", True),
    ("SELECT v.reason, p.last_name FROM visits v JOIN patients p ON p.id = v.patient_id WHERE p.id = $1 ORDER BY v.id", True),
    ("SELECT count(*) FROM visits WHERE patient_id = $1", True),
    ("SELECT name FROM rooms WHERE floor = $1 ORDER BY name", True),
    ("SELECT count(*) FROM patients WHERE last_name ILIKE 's%' AND id < $1", True)]


def resident(pid):
    """Megabytes of memory that a process holds."""
    for line in open(f"/proc/{pid}/status"):
        if line.startswith("VmRSS"):
            return int(line.split()[1]) / 1024
    return 0


def concurrent(checks, pgveil, cluster, database):
    """Every session asks its own random questions; each answer is compared with the oracle's."""
    expected, direct = {}, cluster.connect("dr_adams", database)
    for number, (statement, _) in enumerate(STATEMENTS):
        for key in range(1, 40):
            expected[number, key] = direct.extended(statement, [str(key).encode()], [23]).rows
    problems, done = [], [0]

    def session(seed):
        rng = random.Random(seed)
        try:
            connection = pgveil.connect("dr_adams", timeout=120)
            for _ in range(ROUNDS):
                number, key = rng.randrange(len(STATEMENTS)), rng.randrange(1, 40)
                outcome = connection.extended(STATEMENTS[number][0], [str(key).encode()], [23])
                if outcome.error or outcome.rows != expected[number, key]:
                    problems.append((STATEMENTS[number][0], key, outcome.error or outcome.rows[:2]))
                done[0] += 1
            connection.close()
        except (WireError, LoginError, OSError) as problem:
            problems.append(repr(problem))

    threads = [threading.Thread(target=session, args=(seed,)) for seed in range(SESSIONS)]
    started = time.monotonic()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    checks.that(not problems, f"{len(problems)} wrong answers among concurrent sessions: {problems[:3]}")
    checks.equal(done[0], SESSIONS * ROUNDS, "statements of concurrent sessions")
    print(f"{SESSIONS} sessions, {done[0]} statements in {time.monotonic() - started:.1f} s")


def drain(connection, pause_every=0):
    """Reads to ReadyForQuery without keeping anything; rows and bytes seen, and the error if there was one."""
    rows = size = 0
    error = None
    while True:
        kind, body = connection.receive()
        connection.raw.clear()
        size += len(body)
        rows += kind == "D"
        if kind == "E":
            error = body
        if pause_every and kind == "D" and rows % pause_every == 0:
            time.sleep(0.02)
        if kind == "Z":
            return rows, size, error


def long_results(checks, pgveil, cluster, database):
    before = resident(pgveil.process.pid)
    connection, peak = pgveil.connect("dr_adams", timeout=120), 0
    for sql, want in (("SELECT i, repeat('x', 200) FROM generate_series(1, 300000) AS i", 300000),
                      ("SELECT id, reason, temperature, checked_in FROM visits", 20000)):
        connection.send(frame(b"Q", sql.encode() + b"\0"))
        time.sleep(1.0)  # a reader that is in no hurry: buffers must stop growing
        peak = max(peak, resident(pgveil.process.pid))
        rows, size, error = drain(connection, 50000)
        checks.equal((rows, error), (want, None), f"rows of {sql}")
        print(f"{sql}: {rows:,} rows, {size / 1e6:.0f} MB, memory {peak:.0f} MB (before: {before:.0f})")
    if not SANITIZED:
        checks.that(peak < before + 150, f"memory while a result waits: {before:.0f} MB before, {peak:.0f} MB")
    got = connection.query("SELECT id, reason, temperature, checked_in FROM visits ORDER BY id")
    want = cluster.connect("dr_adams", database).query("SELECT id, reason, temperature, checked_in FROM visits ORDER BY id")
    checks.that(got.rows == want.rows, f"20,000 opened rows are the oracle's: {got.error}")
    connection.close()


def copies(checks, pgveil):
    connection = pgveil.connect("dr_adams", timeout=120)
    connection.query("BEGIN")
    before, peak = resident(pgveil.process.pid), 0
    connection.send(frame(b"Q", b"COPY practitioners (npi, last_name, first_name, specialty) FROM STDIN\0"))
    kind, _ = connection.receive()
    checks.equal(kind, "G", "COPY of an untagged table starts")
    for block in range(200):
        rows = "".join(f"C{block * 1000 + i:08}\tN{i}\tF\t{'s' * 150}\n" for i in range(1000))
        connection.send(frame(b"d", rows.encode()))
        peak = max(peak, resident(pgveil.process.pid)) if block % 20 == 0 else peak
    connection.send(frame(b"c"))
    rows, _, error = drain(connection)
    checks.equal(error, None, "COPY FROM STDIN of 200,000 rows")
    checks.equal(connection.query("SELECT count(*) FROM practitioners WHERE npi LIKE 'C%'").text(), [("200000",)], "rows copied")
    connection.send(frame(b"Q", b"COPY practitioners TO STDOUT\0"))
    time.sleep(0.5)
    peak = max(peak, resident(pgveil.process.pid))
    _, size, error = drain(connection)
    checks.that(error is None and size > 30_000_000, f"COPY TO STDOUT: {size} bytes, {error}")
    if not SANITIZED:
        checks.that(peak < before + 150, f"memory while copying: {before:.0f} MB before, {peak:.0f} MB")
    connection.query("ROLLBACK")
    connection.close()


def both_directions(checks, pgveil):
    """A long pipeline whose answers are read while it is still being written."""
    connection = pgveil.connect("dr_adams", timeout=120)
    count, seen = 4000, []

    def reader():
        try:
            while seen.count("Z") < 1:
                kind, _ = connection.receive()
                connection.raw.clear()
                seen.append(kind)
        except WireError as problem:
            seen.append(str(problem))

    thread = threading.Thread(target=reader)
    thread.start()
    for i in range(count):
        sql = "SELECT last_name, repeat('y', 2000) FROM patients WHERE id = $1" if i % 10 == 0 else \
            "SELECT repeat('z', 3000), $1::text"
        message = connection.parse_message("", sql) + connection.bind_message("", "", [str(1 + i % 40).encode()])
        connection.send(message + frame(b"E", b"\0" + struct.pack("!I", 0)))
    connection.send(frame(b"S"))
    thread.join(120)
    checks.equal(seen.count("C"), count, f"answers of a pipeline of {count}: errors {seen.count('E')}, end {seen[-1:]}")
    connection.close()


def huge_values(checks, pgveil):
    """One value larger than any buffer, each way; a statement that is too large says so, and the session goes on."""
    size = 20_000_000 if SANITIZED else 300_000_000
    connection, before = pgveil.connect("dr_adams", timeout=300), resident(pgveil.process.pid)
    command = ["psql", "-X", "-A", "-t", "-h", "127.0.0.1", "-p", str(pgveil.port), "-U", "dr_adams", "-d", "clinic", "-c",
               f"SELECT repeat('x', {size})"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, env={**os.environ, "PGPASSWORD": PASSWORDS["dr_adams"]}) as psql:
        received = 0
        while piece := psql.stdout.read(1 << 20):
            received += len(piece)
    checks.equal((received, psql.returncode), (size + 1, 0), f"a value of {size:,} bytes out")
    value = b"x" * size
    outcome = connection.extended("SELECT length($1::text)", [value])
    checks.equal((outcome.text(), outcome.error), ([(str(size),)], None), f"a parameter of {size:,} bytes")
    outcome = connection.extended("UPDATE patients SET street = $1::text WHERE id = 1", [value])
    checks.equal(outcome.sqlstate, "22001", "one for a sealed varchar(120)")
    del value
    outcome = connection.query("SELECT length('" + "x" * 20_000_000 + "')")
    checks.that(outcome.sqlstate == "54000" and "max_statement_bytes" in outcome.error["M"], f"a statement of 20 MB: {outcome.error}")
    checks.equal(connection.query("SELECT 1").text(), [("1",)], "the session goes on")
    grown = resident(pgveil.process.pid) - before
    print(f"memory after values of {size / 1e6:.0f} MB: {grown:.0f} MB more", flush=True)
    if not SANITIZED:
        checks.that(grown < 120, f"memory has grown by {grown:.0f} MB")
    connection.close()


def main():
    checks = Checks("streams")
    workspace = Workspace("streams")
    cluster = Cluster(workspace).start()
    load_clinic(cluster, patients=200, visits=20000)
    database = oracle.create(cluster, "clinician")
    pgveil = Pgveil(workspace, cluster).prepare().start()
    for step in (lambda: concurrent(checks, pgveil, cluster, database), lambda: long_results(checks, pgveil, cluster, database),
                 lambda: copies(checks, pgveil), lambda: both_directions(checks, pgveil),
                 lambda: huge_values(checks, pgveil)):
        try:
            step()
        except (LoginError, WireError, OSError) as problem:
            checks.that(False, f"step broke off: {problem!r}")
    checks.that(pgveil.alive(), "pgveil still runs")
    checks.equal(pgveil.stop(), 0, "exit code of pgveil")
    cluster.stop()
    checks.finish()


if __name__ == "__main__":
    main()
