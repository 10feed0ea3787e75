"""COPY of tagged columns as people use it: psql's \\copy out of one sealed database and into another, long streams in
bounded memory, and what the audit log says of them. The corpus (corpus/08_copy.sql) compares single statements with
the oracle."""
import json
import os
import sys
import time

import oracle
from harness import PASSWORDS, SANITIZED, Checks, Cluster, Pgveil, Workspace, load_clinic, run
from test_streams import drain, resident
from wire import frame

TABLES = ["patients", "visits", "diagnoses", "prescriptions", "lab_results", "insurance", "appointments", "documents",
          "consents", "billing.invoices"]
ROWS = 60_000


def psql(pgveil, user, *commands):
    arguments = [word for command in commands for word in ("-c", command)]
    return run(["psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", "-h", "127.0.0.1", "-p", pgveil.port, "-U", user, "-d",
                pgveil.database, *arguments], env={"PGPASSWORD": PASSWORDS[user]}, check=False)


def by_psql(checks, workspace, first, second, cluster, original):
    """\\copy of every tagged table, in three formats, into a database whose tables are empty."""
    folder = workspace.directory("copied")
    for number, table in enumerate(TABLES):
        options = ["(FORMAT text)", "(FORMAT csv, HEADER)", "(FORMAT binary)"][number % 3]
        file = folder / table
        out = psql(first, "dr_adams", f"\\copy {table} TO '{file}' {options}")
        checks.equal((out.returncode, out.stderr), (0, ""), f"\\copy {table} out {options}")
        back = psql(second, "dr_adams", f"\\copy {table} FROM '{file}' {options}")
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
    failed = psql(second, "dr_adams",
                  f"\\copy patients (id, mrn, last_name, first_name, dob, state) FROM '{bad}' CSV HEADER")
    checks.that('date/time field value out of range: "1980-02-30"' in failed.stderr
                and 'COPY patients, line 2, column dob: "1980-02-30"' in failed.stderr, f"a bad row: {failed.stderr}")
    denied = psql(first, "reception", "\\copy insurance TO stdout")
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
    """The export of insurance by its patients; the import too; the refusal without the verb."""
    lines = [json.loads(line) for file in sorted(pgveil.audit.glob("*")) if file.is_file()
             for line in file.read_text(errors="replace").splitlines() if line.startswith("{")]
    text = [json.dumps(line) for line in lines]
    exports = [one for one in text if '"export"' in one]
    checks.that(exports, f"records of exports: {len(exports)} of {len(lines)}")
    if os.environ.get("PGVEIL_SHOW"):
        print(exports[:2])


def main():
    checks = Checks("copy")
    workspace = Workspace("copy")
    cluster = Cluster(workspace).start()
    load_clinic(cluster)
    original = oracle.create(cluster, "clinician")
    load_clinic(cluster, database="second")
    cluster.sql("second", "TRUNCATE " + ", ".join(TABLES) + " CASCADE")
    first = Pgveil(workspace, cluster).prepare().start()
    first.database = "clinic"
    second = Pgveil(workspace, cluster, database="second", name="second").prepare().start()
    second.database = "second"
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
