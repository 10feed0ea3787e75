"""COPY of tagged columns as people use it: psql's \\copy out of one sealed database and into another, pg_dump and its
restore, long streams in bounded memory, and what the audit log says of them. The corpus (corpus/08_copy.sql) compares single statements with
the oracle."""
import json
import sys
import time

import oracle
from harness import PASSWORDS, PG_BIN, SANITIZED, Checks, Cluster, Pgveil, Workspace, load_clinic, run
from test_streams import drain, resident
from wire import frame

TABLES = ["patients", "visits", "diagnoses", "prescriptions", "lab_results", "insurance", "appointments", "documents",
          "consents", "billing.invoices"]
ROWS = 20_000


RIGHTS = "GRANT SELECT, UPDATE ON ALL SEQUENCES IN SCHEMA public, billing TO clinicians"


def psql(pgveil, user, *arguments):
    return run(["psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", "-h", "127.0.0.1", "-p", pgveil.port, "-U", user, "-d",
                pgveil.database, *arguments], env={"PGPASSWORD": PASSWORDS[user]}, check=False)


def dump(port, user, database, *options):
    return run([PG_BIN / "pg_dump", "-h", "127.0.0.1", "-p", port, "-U", user, *options, database],
               env={"PGPASSWORD": PASSWORDS[user]}, check=False)


def lines_of(text):
    return sorted(line for line in text.splitlines() if not line.startswith(("\\restrict", "\\unrestrict")))


def dumps(checks, workspace, first, second, cluster, plain):
    """pg_dump through pgveil is that of the database before pgveil, and is restored into empty sealed tables."""
    whole = dump(first.port, "dr_adams", "clinic")
    checks.equal((whole.returncode, whole.stderr), (0, ""), "pg_dump through pgveil")
    checks.that(lines_of(whole.stdout) == lines_of(plain), "the dump is that of the plain database")
    data = dump(first.port, "dr_adams", "clinic", "--data-only")
    file = workspace.write("data.sql", data.stdout)
    restored = psql(second, "dr_adams", "-f", str(file))
    checks.equal((restored.returncode, restored.stderr), (0, ""), "its data is restored through another pgveil")
    again = dump(second.port, "dr_adams", "second", "--data-only")
    checks.that(again.returncode == 0 and lines_of(again.stdout) == lines_of(data.stdout),
                f"the dump of what was restored is the same: {again.stderr}")
    sealed = cluster.sql("second", "SELECT count(*) FROM patients WHERE pgveil.is_sealed(last_name::bytea)")
    checks.equal(sealed, cluster.sql("clinic", "SELECT count(*) FROM patients"), "restored names are sealed")
    denied = dump(first.port, "reception", "clinic", "--data-only", "--table=insurance")
    checks.that("permission denied for column" in denied.stderr, f"pg_dump without export: {denied.stderr}")


def by_psql(checks, workspace, first, second, cluster, original):
    """\\copy of every tagged table, in three formats, into a database whose tables are empty."""
    folder = workspace.directory("copied")
    for number, table in enumerate(TABLES):
        options = ["(FORMAT text)", "(FORMAT csv, HEADER)", "(FORMAT binary)"][number % 3]
        file = folder / table
        out = psql(first, "dr_adams", "-c", f"\\copy {table} TO '{file}' {options}")
        checks.equal((out.returncode, out.stderr), (0, ""), f"\\copy {table} out {options}")
        back = psql(second, "dr_adams", "-c", f"\\copy {table} FROM '{file}' {options}")
        checks.equal((back.returncode, back.stderr), (0, ""), f"\\copy {table} in {options}")
        rows = f"SELECT t::text FROM {table} t"
        want = sorted(cluster.connect("dr_adams", original).query(rows).text())
        got = sorted(second.connect("dr_adams", second.database).query(rows).text())
        checks.that(got == want and want, f"{table}: {len(got)} rows arrived, {len(want)} were there")
    stored = cluster.sql(second.database, "SELECT count(*) FROM patients WHERE pgveil.is_sealed(last_name::bytea)")
    checks.equal(stored, cluster.sql(original, "SELECT count(*) FROM patients"), "sealed names in the second database")
    bad = folder / "bad.csv"
    bad.write_text("id,mrn,last_name,first_name,dob,state\n900001,M900001,A,B,1980-02-30,MA\n")
    bad.chmod(0o644)
    failed = psql(second, "dr_adams", "-c",
                  f"\\copy patients (id, mrn, last_name, first_name, dob, state) FROM '{bad}' CSV HEADER")
    checks.that('date/time field value out of range: "1980-02-30"' in failed.stderr
                and 'COPY patients, line 2, column dob: "1980-02-30"' in failed.stderr, f"a bad row: {failed.stderr}")
    denied = psql(first, "reception", "-c", "\\copy insurance TO stdout")
    checks.that("permission denied for column" in denied.stderr, f"without the verb export: {denied.stderr}")


def streams(checks, pgveil):
    """Long copies: memory stays what it was while the other side is slow."""
    connection, before, peak = pgveil.connect("dr_adams", pgveil.database, timeout=300), resident(pgveil.process.pid), 0
    connection.query("BEGIN")
    connection.send(frame(b"Q", b"COPY visits (patient_id, practitioner_id, visit_at, kind, reason, temperature, pulse) "
                                b"FROM STDIN\0"))
    checks.equal(connection.receive()[0], "G", "COPY of a tagged table starts")
    started = time.monotonic()
    for block in range(ROWS // 1000):
        rows = "".join(f"1\t1\t2024-01-01 10:00+00\tacute\t{'r' * 80} {block} {i}\t38.2\t77\n" for i in range(1000))
        connection.send(frame(b"d", rows.encode()))
        peak = max(peak, resident(pgveil.process.pid))
    connection.send(frame(b"c"))
    _, _, error = drain(connection)
    checks.equal(error, None, f"COPY FROM STDIN of {ROWS:,} sealed rows")
    seconds = time.monotonic() - started
    print(f"{ROWS:,} rows with three sealed columns in: {seconds:.1f} s, {ROWS / seconds:,.0f} rows/s")
    started = time.monotonic()
    connection.send(frame(b"Q", b"COPY visits (id, reason, temperature, pulse) TO STDOUT\0"))
    time.sleep(1.0)
    peak = max(peak, resident(pgveil.process.pid))
    _, size, error = drain(connection)
    checks.that(error is None and size > ROWS * 90, f"COPY TO STDOUT: {size:,} bytes, {error}")
    print(f"out: {time.monotonic() - started:.1f} s, {size / 1e6:.0f} MB; memory {before:.0f} MB, at most {peak:.0f} MB")
    if not SANITIZED:
        checks.that(peak < before + 150, f"memory while copying: {before:.0f} MB before, {peak:.0f} MB")
    connection.query("ROLLBACK")
    connection.close()


def records(checks, pgveil):
    """An export is recorded as one, with the patients whose rows left."""
    lines = [json.loads(line) for file in sorted(pgveil.audit.glob("*")) if file.is_file()
             for line in file.read_text(errors="replace").splitlines() if line.startswith("{")]
    begins = [line for line in lines if line.get("kind") == "begin" and line.get("verb") == "export"
              and line["tables"] == ["public.insurance"]]
    checks.that(begins and {"table": "public.insurance", "column": "member_no", "how": "clear"} in begins[0]["columns"],
                f"exports of insurance on record: {len(begins)}")
    ends = [line for line in lines if line.get("kind") == "end" and begins
            and (line["session"], line["statement"]) == (begins[0]["session"], begins[0]["statement"])]
    checks.that(ends and ends[0]["rows"] > 0 and ends[0].get("patients"), f"its end, with patients: {str(ends)[:300]}")


def main():
    checks = Checks("copy")
    workspace = Workspace("copy")
    cluster = Cluster(workspace).start()
    load_clinic(cluster)
    original = oracle.create(cluster, "clinician")
    load_clinic(cluster, database="second")
    for database in ("clinic", "second"):
        cluster.sql(database, RIGHTS)
    empty = "TRUNCATE " + ", ".join(TABLES + ["practitioners", "rooms", "payers"]) + " CASCADE"
    cluster.sql("second", empty)
    plain = run([PG_BIN / "pg_dump", "-h", cluster.sockets, "-p", cluster.port, "-U", "postgres", "clinic"]).stdout
    first = Pgveil(workspace, cluster).prepare().start()
    first.database = "clinic"
    second = Pgveil(workspace, cluster, database="second", name="second").prepare().start()
    second.database = "second"
    dumps(checks, workspace, first, second, cluster, plain)
    cluster.sql("second", "TRUNCATE " + ", ".join(TABLES) + " CASCADE")
    by_psql(checks, workspace, first, second, cluster, original)
    streams(checks, second)
    for pgveil in (first, second):
        checks.that(pgveil.alive(), "pgveil still runs")
        checks.equal(pgveil.stop(), 0, "exit code of pgveil")
    records(checks, first)
    checks.that("O'Neil" not in cluster.log.read_text(errors="replace"), "no value in the server's log")
    cluster.stop()
    checks.finish()


if __name__ == "__main__":
    sys.exit(main())
