"""What breaks around pgveil, and what it must say then: one clear error with the right SQLSTATE, nothing
leaked, and the process lives and recovers."""
import os
import signal
import socket
import struct
import subprocess
import time
import traceback

from harness import CLINIC, Checks, Cluster, Pgveil, Workspace, load_clinic, run
from wire import LoginError, Wire, WireError, cstr, frame
from wiretap import Wiretap

SEALED = "SELECT last_name FROM patients WHERE id = 3"
PLAIN = "SELECT name FROM rooms WHERE name = 'R105'"


def eventually(action, seconds=30):
    """Runs an action until it succeeds; True if it did in time."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            if action():
                return True
        except (LoginError, WireError, OSError):
            pass
        time.sleep(0.2)
    return False


def answers(pgveil, statement=SEALED):
    return bool(pgveil.sql("dr_adams", statement))


def sealed_works(checks, pgveil, after):
    checks.that(eventually(lambda: answers(pgveil)), f"sealed columns are answered again after {after}")
    checks.that(pgveil.alive(), f"the process lived through: {after}")


def server_gone(checks, pgveil, tap):
    connection = pgveil.connect("dr_adams")
    checks.equal(connection.query(SEALED).sqlstate, None, "a session before the server goes away")
    tap.cut(refuse=True)
    try:
        outcome = connection.query(SEALED)
        checks.that(outcome.sqlstate in ("57P01", "08006", "57P03", "08003", "58030"),
                    f"the open session is told: {outcome.error}")
    except WireError as problem:
        checks.that("closed" in str(problem) or "broken" in str(problem), f"the open session is closed: {problem}")
    try:
        pgveil.connect("dr_adams")
        checks.that(False, "a login while the server is away succeeded")
    except LoginError as problem:
        checks.that(problem.fields["C"] in ("08001", "08006", "57P03"), f"a login is told: {problem.fields}")
    except WireError as problem:
        checks.that(False, f"a login while the server is away got no error message: {problem}")
    checks.equal(pgveil.http("/healthz")[0], 200, "healthz while the server is away")
    tap.mend()
    sealed_works(checks, pgveil, "the server was away")


def server_dies_in_transaction(checks, pgveil, tap):
    connection = pgveil.connect("dr_adams")
    connection.query("BEGIN")
    connection.query("UPDATE patients SET language = 'qq' WHERE id = 3")
    tap.cut()
    try:
        outcome = connection.query("COMMIT")
        checks.that(outcome.error is not None, "COMMIT on a lost server is not reported as done")
    except WireError:
        checks.passed += 1
    checks.that(eventually(lambda: pgveil.sql("dr_adams", "SELECT language FROM patients WHERE id = 3") != [("qq",)]),
                "the transaction of the lost session is not there")


def children(pid):
    listing = subprocess.run(["ps", "-o", "pid=,args=", "--ppid", str(pid)], capture_output=True, text=True,
                             check=False).stdout
    return [(int(line.split()[0]), line) for line in listing.splitlines()]


def twin_killed(checks, pgveil):
    twins = [pid for pid, line in children(pgveil.process.pid) if "postgres" in line]
    if not checks.that(twins, f"the twin is a child of pgveil: {children(pgveil.process.pid)}"):
        return
    connection = pgveil.connect("dr_adams")
    connection.query(SEALED)
    for pid in twins:
        os.kill(pid, signal.SIGKILL)
    codes = set()
    for i in range(20):
        try:
            outcome = connection.query(f"SELECT upper(last_name) || '{i}' FROM patients WHERE id = 3")
            codes.add(outcome.sqlstate)
        except WireError as problem:
            checks.that(False, f"the session ended when the twin was killed: {problem}")
            break
        time.sleep(0.05)
    checks.that(codes <= {None, "57P03"}, f"statements that need the twin fail with 57P03 until it is back: {codes}")
    checks.that(eventually(lambda: pgveil.sql("dr_adams", "SELECT upper(last_name) FROM patients WHERE id = 3")),
                "the twin is restarted")
    checks.that(eventually(lambda: connection.query("SELECT lower(last_name) FROM patients WHERE id = 3").error is None),
                "the session from before goes on with the new twin")
    sealed_works(checks, pgveil, "the twin was killed")


def audit_disk_full(checks, workspace, cluster):
    """Needs a small file system of its own, which only root can mount."""
    place = workspace.directory("full-audit")
    mounted = os.geteuid() == 0 and subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=256k,mode=0777", "tmpfs", str(place)], capture_output=True,
        check=False).returncode == 0
    if not mounted:
        print("skipped: audit disk full (no right to mount a small tmpfs here)")
        return
    try:
        pgveil = Pgveil(workspace, cluster, name="full", audit=place)
        pgveil.use_key(workspace.path / "pgveil" / "kek")
        pgveil.start()
        checks.that(answers(pgveil), "before the disk is full")
        filler = place / "filler"
        with open(filler, "wb", buffering=0) as out:
            try:
                while True:
                    out.write(b"x" * 4096)
            except OSError:
                pass
        connection, codes = pgveil.connect("dr_adams"), []
        for _ in range(60):
            outcome = connection.query(SEALED)
            codes.append(outcome.sqlstate)
            if outcome.error:
                checks.equal(outcome.rows, [], "no row left before its record")
        checks.that("58030" in codes and set(codes) <= {None, "58030"}, f"tagged columns are refused: {set(codes)}")
        checks.equal(connection.query(PLAIN).sqlstate, None, "untagged tables go on while the audit disk is full")
        filler.unlink()
        checks.that(eventually(lambda: answers(pgveil)), "tagged columns are answered again when there is room")
        pgveil.stop()
        verify = pgveil.command("audit", "verify", check=False)
        checks.equal(verify.returncode, 0, f"the audit log is whole after a full disk: {verify.stdout}{verify.stderr}")
    finally:
        subprocess.run(["umount", "-l", str(place)], check=False)


def wrong_key(checks, workspace, cluster):
    pgveil = Pgveil(workspace, cluster, name="wrongkey")
    pgveil.command("keys", "init", check=False)  # a new key-encryption key, which opens none of the data keys
    try:
        pgveil.start(wait=20)
        outcome = None
        try:
            outcome = pgveil.sql("dr_adams", SEALED)
        except (LoginError, WireError) as problem:
            checks.that("last_name" not in str(problem), "the error names no value")
        checks.that(outcome is None, "a wrong key opens nothing")
    except RuntimeError as problem:
        checks.that("key" in str(problem).lower(), f"serve says that the key is wrong: {str(problem)[-300:]}")
    finally:
        pgveil.stop()


def unknown_column(checks, workspace, cluster):
    text = (CLINIC / "policy.toml").read_text().replace("dob          = {", "birthday     = {")
    pgveil = Pgveil(workspace, cluster, name="badpolicy", policy=text)
    pgveil.use_key(workspace.path / "pgveil" / "kek")
    for command in ("check", "plan", "apply"):
        result = pgveil.command(command, check=False)
        output = result.stdout + result.stderr
        checks.that(result.returncode != 0 and "birthday" in output, f"{command} names the column: {output[-300:]}")
        checks.that("policy.toml:" in output, f"{command} names file and line: {output[-300:]}")
    broken = Pgveil(workspace, cluster, name="brokenpolicy", policy=text.replace('mask = "year"', 'mask = "years"'))
    result = broken.command("check", check=False)
    checks.that(result.returncode != 0 and "years" in result.stdout + result.stderr, "an unknown mask is named")


def raw_socket(pgveil):
    return socket.create_connection(("127.0.0.1", pgveil.port), timeout=20)


def ends(sock):
    """Whether the other side closes the connection (after any message)."""
    try:
        while sock.recv(4096):
            pass
        return True
    except socket.timeout:
        return False
    except ConnectionError:
        return True


def malformed(checks, pgveil):
    startup = {
        "http": b"GET / HTTP/1.1\r\nHost: x\r\n\r\n", "zero length": struct.pack("!II", 0, 196608),
        "huge length": struct.pack("!II", 0x7FFFFFFF, 196608), "old protocol": struct.pack("!II", 8, 131072),
        "no user": struct.pack("!II", 9, 196608) + b"\0", "no terminator": struct.pack("!II", 16, 196608) + b"userabcd",
        "cancel of nobody": struct.pack("!IIII", 16, 80877102, 1, 2)}
    for name, data in startup.items():
        with raw_socket(pgveil) as sock:
            sock.sendall(data)
            sock.shutdown(socket.SHUT_WR)
            checks.that(ends(sock), f"start-up, {name}: the connection is ended")
    with raw_socket(pgveil) as sock:
        sock.sendall(struct.pack("!II", 8, 80877104))
        checks.equal(sock.recv(1), b"N", "GSSENCRequest is answered N")
    messages = {
        "unknown type": frame(b"\x01", b"x"), "negative length": b"Q" + struct.pack("!i", -5),
        "length 3": b"Q" + struct.pack("!i", 3), "huge": b"Q" + struct.pack("!I", 0x7FFFFFF0) + b"x",
        "no terminator": frame(b"Q", b"SELECT 1"), "Bind cut short": frame(b"B", b"\0\0\0"),
        "Parse with a count too high": frame(b"P", cstr("") + cstr("SELECT 1") + struct.pack("!H", 500)),
        "Describe of nothing": frame(b"D", b"Z\0"), "bad UTF-8": frame(b"Q", cstr(b"SELECT '\xff\xfe'")),
        "NUL inside": frame(b"Q", b"SELECT 1\0SELECT 2\0")}
    for name, data in messages.items():
        connection = pgveil.connect("dr_adams", timeout=10)
        connection.send(data + frame(b"S"))
        codes = []
        try:
            for _ in range(10):
                kind, body = connection.receive()
                if kind == "E":
                    codes.append(body[body.index(b"C") + 1:].split(b"\0")[0].decode())
                if kind == "Z":
                    break
        except WireError as problem:
            codes.append("end" if "time" not in str(problem) else "silence")
        checks.that(codes and "silence" not in codes, f"message, {name}: an error or an end: {codes}")
        connection.sock.close()
    checks.that(answers(pgveil), "other sessions do not notice")


def oversized(checks, pgveil):
    connection = pgveil.connect("dr_adams", timeout=60)
    for name, statement in {
            "long chain": "SELECT " + "+".join(["1"] * 20000) + " FROM patients",
            "deep nesting": "SELECT " + "(" * 3000 + "1" + ")" * 3000 + " FROM patients",
            "long UNION chain": " UNION ALL ".join(["SELECT last_name FROM patients"] * 3000),
            "many literals": "SELECT id FROM patients WHERE id IN (" + ",".join(map(str, range(50000))) + ")",
            "a long statement": "SELECT last_name, '" + "x" * 3_000_000 + "' FROM patients WHERE id = 3"}.items():
        try:
            outcome = connection.query(statement)
            checks.that(outcome.sqlstate in (None, "54000", "54001", "54023", "0A000", "53200"),
                        f"{name}: {outcome.error or 'answered'}")
        except WireError as problem:
            checks.that(False, f"{name}: {problem}")
            connection = pgveil.connect("dr_adams", timeout=60)
    big = "y" * 2_000_000
    outcome = connection.extended("SELECT length($1::text), last_name FROM patients WHERE id = 3", [big.encode()])
    checks.that(outcome.sqlstate in (None, "54000"), f"a long parameter: {outcome.error}")
    checks.that(pgveil.alive(), "the process lived through oversized statements")
    checks.equal(connection.query(SEALED).sqlstate, None, "the session goes on after oversized statements")


def tampered_value(checks, cluster, pgveil):
    """A value moved to another field, or damaged, is an error and never another field's value."""
    before = cluster.sql("clinic", "SELECT phone::bytea FROM patients WHERE id = 5")
    cluster.sql("clinic", "UPDATE patients SET phone = (SELECT ssn::bytea FROM patients WHERE id = 5) WHERE id = 5")
    connection = pgveil.connect("dr_adams")
    outcome = connection.query("SELECT phone FROM patients WHERE id = 5")
    checks.that(outcome.error is not None and outcome.rows == [], f"a moved value is an error: {outcome.rows}")
    print("moved value:", outcome.error and outcome.error.get("C"), outcome.error and outcome.error.get("M"))
    cluster.sql("clinic", f"UPDATE patients SET phone = '{before}'::bytea WHERE id = 5")
    damaged = f"overlay('{before}'::bytea placing '\\x00' from length('{before}'::bytea) - 3)"
    cluster.sql("clinic", f"UPDATE patients SET phone = {damaged} WHERE id = 5")
    outcome = connection.query("SELECT phone FROM patients WHERE id = 5")
    checks.that(outcome.error is not None and outcome.rows == [], f"a damaged value is an error: {outcome.rows}")
    cluster.sql("clinic", f"UPDATE patients SET phone = '{before}'::bytea WHERE id = 5")
    checks.equal(connection.query("SELECT count(phone) FROM patients WHERE id = 5").sqlstate, None, "the session goes on")
    plaintext = run(["psql", "-X", "-h", cluster.sockets, "-p", cluster.port, "-U", "postgres", "-d", "clinic", "-c",
                     "UPDATE patients SET last_name = 'Meier' WHERE id = 5"], check=False)
    checks.that(plaintext.returncode != 0, "plaintext cannot be stored past pgveil")


def logins(checks, pgveil):
    for user, password in (("dr_adams", "wrong"), ("nobody_at_all", "x"), ("dr_adams", "")):
        try:
            Wire("127.0.0.1", pgveil.port, user, password, "clinic").close()
            checks.that(False, f"{user} logged in with {password!r}")
        except LoginError as problem:
            checks.equal(problem.fields["C"], "28P01", f"login of {user} with {password!r}")
            checks.that(problem.fields["M"].startswith(f'password authentication failed for user "{user}"'),
                        f"PostgreSQL's own words: {problem.fields['M']}")
        except WireError as problem:
            checks.that(False, f"login of {user}: {problem}")
    try:
        pgveil.connect("dr_adams", database="postgres")
        checks.that(False, "another database than the protected one was let through")
    except (LoginError, WireError):
        checks.passed += 1


def main():
    checks = Checks("faults")
    workspace = Workspace("faults")
    cluster = Cluster(workspace).start()
    load_clinic(cluster)
    tap = Wiretap(cluster.port)
    pgveil = Pgveil(workspace, cluster, upstream_port=tap.port).prepare().start()
    steps = [lambda: logins(checks, pgveil), lambda: malformed(checks, pgveil), lambda: oversized(checks, pgveil),
             lambda: tampered_value(checks, cluster, pgveil), lambda: server_gone(checks, pgveil, tap),
             lambda: server_dies_in_transaction(checks, pgveil, tap), lambda: twin_killed(checks, pgveil),
             lambda: wrong_key(checks, workspace, cluster), lambda: unknown_column(checks, workspace, cluster),
             lambda: audit_disk_full(checks, workspace, cluster)]
    for step in steps:
        started = time.monotonic()
        try:
            step()
        except (LoginError, WireError, OSError, RuntimeError, subprocess.SubprocessError):
            checks.that(False, f"step broke off: {traceback.format_exc()}")
        print(f"{step.__code__.co_names[0]}: {time.monotonic() - started:.1f} s", flush=True)
        if not pgveil.alive():
            checks.that(False, f"pgveil ended:\n{pgveil.log_text()[-3000:]}")
            break
    checks.equal(pgveil.stop(), 0, "exit code of pgveil")
    cluster.stop()
    checks.finish()


if __name__ == "__main__":
    main()
