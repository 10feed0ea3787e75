"""The program's other commands: keys, check, plan, apply, revert, explain, audit; and TLS on both sides."""
import difflib
import json
import re
import subprocess
import time

from harness import PG_BIN, Checks, Cluster, Pgveil, Workspace, load_clinic, run
from wire import LoginError, WireError, tls_context


def dump(cluster):
    """The whole database as text, without what a rewrite of rows may change (their order)."""
    def without_tokens(text):  # pg_dump's \\restrict lines hold a random word
        return "\n".join(line for line in text.splitlines() if not line.startswith(("\\restrict", "\\unrestrict")))

    schema = run(["pg_dump", "-s", "-h", cluster.sockets, "-p", cluster.port, "-U", "postgres", "clinic"]).stdout
    data = run(["pg_dump", "-a", "--inserts", "-h", cluster.sockets, "-p", cluster.port, "-U", "postgres",
                "clinic"]).stdout
    return without_tokens(schema), sorted(line for line in without_tokens(data).splitlines() if line)


def planning(checks, pgveil, cluster):
    first = pgveil.command("check", check=False)
    checks.that(first.returncode in (0, 1), f"check before apply: {first.stdout[-200:]}{first.stderr[-200:]}")
    plan = pgveil.command("plan", check=False).stdout
    for word in ("patients", "ssn", "last_name", "invoices"):
        checks.that(word in plan, f"plan names {word}")
    checks.equal(cluster.sql("clinic", "SELECT count(*) FROM pg_namespace WHERE nspname = 'pgveil'"), "0",
                 "plan changes nothing")
    pgveil.command("apply")
    again = pgveil.command("apply")
    checks.equal(again.returncode, 0, "apply a second time has nothing to do")
    after = pgveil.command("check", check=False)
    checks.equal(after.returncode, 0, f"check after apply: {after.stdout[-600:]}{after.stderr[-200:]}")
    config = pgveil.config.read_text()
    elsewhere = pgveil.write("elsewhere.toml", config.replace(str(PG_BIN), "/nowhere"))
    without = run([pgveil.binary, "--config", elsewhere, "check"], check=False, timeout=60)
    checks.that(without.returncode == 1 and "the twin does not start" in without.stdout,
                f"check says that the twin cannot start: {without.returncode} {without.stdout[-200:]}{without.stderr[-200:]}")
    kinds = cluster.sql("clinic", "SELECT string_agg(DISTINCT format_type(atttypid, NULL), ' ') FROM pg_attribute "
                                  "WHERE attrelid = 'patients'::regclass AND attnum > 0")
    checks.that("pgveil." in kinds, f"sealed columns have pgveil's domains: {kinds}")
    checks.equal(cluster.sql("clinic", "SELECT count(*) FROM patients WHERE last_name IS NULL"), "0", "no value got lost")
    bytes_of = cluster.sql("clinic", "SELECT last_name FROM patients WHERE id = 3")
    checks.that(bytes_of.startswith("\\xf8") or bytes_of.startswith("\\xf9") or bytes_of.startswith("\\xf"),
                f"the server holds sealed bytes: {bytes_of[:20]}")


def explaining(checks, pgveil):
    for role, sql, words in (
            ("clinician", "SELECT name FROM rooms", ("Pass",)),
            ("clinician", "SELECT last_name FROM patients WHERE mrn = 'MRN0000003'", ("InPlace", "pgveil.equality")),
            ("clinician", "SELECT upper(last_name) FROM patients WHERE id = 3", ("Split",)),
            ("front_desk", "SELECT description FROM diagnoses", ("Refuse", "42501")),
            ("clinician", "SELECT column_name FROM information_schema.columns", ("Local",))):
        result = pgveil.command("explain", "--role", role, sql, check=False)
        for word in words:
            checks.that(word.lower() in result.stdout.lower(), f"explain {role} {sql}: wants {word}: {result.stdout[:300]}"
                        f"{result.stderr[:300]}")
        checks.that("MRN0000003" not in result.stdout or "InPlace" in words, "explain shows no literal elsewhere")


def statements(pgveil):
    return [record for record in records(pgveil) if record["kind"] in ("begin", "end", "denied", "patients")]


def records(pgveil):
    """Audit records as the native JSON lines."""
    found = []
    for path in sorted(pgveil.audit.rglob("*")):
        if path.is_file() and path.suffix in (".jsonl", ".log", ".json"):
            for line in path.read_text(errors="replace").splitlines():
                try:
                    found.append(json.loads(line))
                except ValueError:
                    pass
    return found


def auditing(checks, pgveil, workspace):
    before = len(records(pgveil))
    pgveil.sql("dr_adams", "SELECT last_name, ssn FROM patients WHERE id = 17")
    after = records(pgveil)
    checks.that(len(after) >= before + 2, f"a begin and an end record per statement: {len(after) - before}")
    text = json.dumps(after[before:])
    checks.that("patients" in text and "last_name" in text and "dr_adams" in text, "records name table, column, login")
    connection = pgveil.connect("dr_adams")
    base = len(statements(pgveil))
    connection.query("SELECT name FROM rooms")
    checks.equal(len(statements(pgveil)), base, "nothing is recorded for an untagged table")
    connection.query("SELECT 'Zqlmnoprst' FROM patients WHERE last_name = 'Zqlmnoprst'")
    checks.that("Zqlmnoprst" not in json.dumps(records(pgveil)), "records hold no literals")
    connection.close()
    try:
        pgveil.sql("reception", "SELECT description FROM diagnoses")
        checks.that(False, "the front desk read a diagnosis")
    except LoginError as problem:
        checks.equal(problem.fields["C"], "42501", "the front desk is denied")
    deadline = time.monotonic() + 10  # the client does not wait for it, since no row follows
    while "denied" not in json.dumps(records(pgveil)[-6:]).lower() and time.monotonic() < deadline:
        time.sleep(0.05)
    checks.that("denied" in json.dumps(records(pgveil)[-6:]).lower(), "a denial is on record")
    shown = pgveil.command("audit", "show", check=False)
    checks.that(shown.returncode == 0 and "dr_adams" in shown.stdout, f"audit show: {shown.stderr[-200:]}")
    checks.that(re.search(r"\b17\b", shown.stdout), "audit show names the patient concerned")
    verified = pgveil.command("audit", "verify", check=False)
    checks.equal(verified.returncode, 0, f"audit verify: {verified.stdout[-200:]}{verified.stderr[-200:]}")


def tampering(checks, pgveil):
    """Edits in a copy of the log, each found by verify. pgveil is stopped."""
    verified = pgveil.command("audit", "verify", check=False)
    checks.equal(verified.returncode, 0, f"verify after a clean stop: {verified.stdout[-300:]}{verified.stderr[-200:]}")
    paths = [p for p in sorted(pgveil.audit.rglob("*")) if p.is_file() and b"dr_adams" in p.read_bytes()]
    if not checks.that(paths, "the audit log has a file that names the login"):
        return
    path, whole = paths[0], paths[0].read_bytes()
    lines = whole.splitlines(keepends=True)
    middle = len(lines) // 2
    edits = {
        "a changed letter": b"".join(lines[:middle] + [lines[middle].replace(b'"', b"'", 1)] + lines[middle + 1:]),
        "a removed record": b"".join(lines[:middle] + lines[middle + 1:]),
        "two records exchanged": b"".join(lines[:middle - 1] + [lines[middle], lines[middle - 1]] + lines[middle + 1:]),
        "the end cut off": b"".join(lines[:-2]),
        "another login": whole.replace(b"dr_adams", b"dr_bdams", 1)}
    for name, text in edits.items():
        path.write_bytes(text)
        result = pgveil.command("audit", "verify", check=False)
        checks.that(result.returncode != 0, f"verify finds {name}: {result.stdout[-200:]}")
    path.write_bytes(whole)
    checks.equal(pgveil.command("audit", "verify", check=False).returncode, 0, "the log put back is whole again")


def metrics(checks, pgveil):
    status, text = pgveil.http("/metrics")
    checks.equal(status, 200, "/metrics")
    checks.that("pgveil_" in text and "# TYPE" in text, "metrics in Prometheus's text format")
    checks.equal(pgveil.http("/healthz")[0], 200, "/healthz")
    checks.equal(pgveil.http("/readyz")[0], 200, "/readyz")


def certificates(workspace):
    """A certificate of our own for 127.0.0.1; paths of certificate and key."""
    certificate, key = workspace.path / "tls.crt", workspace.path / "tls.key"
    run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=127.0.0.1", "-addext",
         "subjectAltName=IP:127.0.0.1,DNS:localhost", "-keyout", key, "-out", certificate])
    key.chmod(0o600)
    return certificate, key


def tls(checks, workspace, cluster, certificate, key):
    pgveil = Pgveil(workspace, cluster, name="tls", sslmode="verify-full",
                    upstream_tls=f'sslrootcert = "{certificate}"',
                    tls=f'mode = "require"\ncertificate = "{certificate}"\nkey = "{key}"')
    pgveil.use_key(workspace.path / "pgveil" / "kek")
    pgveil.start()
    connection = pgveil.connect("dr_adams", tls=tls_context(str(certificate)))
    checks.that(connection.sock.version() in ("TLSv1.2", "TLSv1.3"), f"TLS to the client: {connection.sock.version()}")
    checks.equal(connection.query("SELECT last_name FROM patients WHERE id = 3").sqlstate, None, "a statement over TLS")
    ssl_upstream = cluster.sql("postgres", "SELECT count(*) FROM pg_stat_ssl s JOIN pg_stat_activity a USING (pid) "
                                           "WHERE a.usename = 'dr_adams' AND s.ssl")
    checks.that(int(ssl_upstream) >= 1, "TLS to the server")
    connection.close()
    try:
        pgveil.connect("dr_adams")
        checks.that(False, "a clear connection was let in although TLS is required")
    except (LoginError, WireError):
        checks.passed += 1
    pgveil.stop()
    other, other_key = workspace.path / "other.crt", workspace.path / "other.key"
    run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=127.0.0.1", "-keyout",
         other_key, "-out", other])
    wrong = Pgveil(workspace, cluster, name="wrongca", sslmode="verify-full", upstream_tls=f'sslrootcert = "{other}"')
    wrong.use_key(workspace.path / "pgveil" / "kek")
    try:
        wrong.start(wait=15)
        wrong.connect("dr_adams")
        checks.that(False, "a server with a certificate of somebody else was trusted")
    except (LoginError, WireError, RuntimeError):
        checks.passed += 1
    finally:
        wrong.stop()


def main():
    checks = Checks("admin")
    workspace = Workspace("admin")
    certificate, key = certificates(workspace)
    cluster = Cluster(workspace, settings={"ssl": "on", "ssl_cert_file": certificate, "ssl_key_file": key}).start()
    load_clinic(cluster)
    original = dump(cluster)
    pgveil = Pgveil(workspace, cluster)
    pgveil.command("keys", "init")
    again = pgveil.command("keys", "init", check=False)
    checks.that(again.returncode != 0, "keys init does not overwrite a key")
    planning(checks, pgveil, cluster)
    explaining(checks, pgveil)
    pgveil.start()
    steps = [lambda: auditing(checks, pgveil, workspace), lambda: metrics(checks, pgveil),
             lambda: checks.equal(pgveil.stop(), 0, "exit code of pgveil"), lambda: tampering(checks, pgveil),
             lambda: tls(checks, workspace, cluster, certificate, key)]
    for step in steps:
        try:
            step()
        except (LoginError, WireError, OSError, RuntimeError, subprocess.SubprocessError) as problem:
            checks.that(False, f"step broke off: {problem!r}")
    pgveil.command("revert", "--drop-schema")
    restored = dump(cluster)
    difference = list(difflib.unified_diff(original[0].splitlines(), restored[0].splitlines(), lineterm="", n=1))
    checks.that(not difference, "the schema after revert is the schema before apply:\n" + "\n".join(difference[:60]))
    checks.that(restored[1] == original[1], "the rows after revert are the rows before apply: "
                f"{[pair for pair in zip(original[1], restored[1]) if pair[0] != pair[1]][:2]}")
    cluster.stop()
    checks.finish()


if __name__ == "__main__":
    main()
