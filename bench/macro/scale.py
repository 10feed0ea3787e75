"""What pgveil costs as the work grows: prints one table per curve, for bench/RESULTS.md.

  bench/macro/run.sh --scale-curves [--only rows,policy,…]

Each point is pgveil alone, so the figures are CPU time and memory of its process, not throughput.
"""
import argparse
import os
import resource
import subprocess
import sys
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[1] / "tests" / "e2e"))
sys.path.insert(0, str(HERE))

from contestants import cpu_seconds, memory_kb  # noqa: E402
from harness import CLINIC, Cluster, Pgveil, Workspace, load_clinic, run, unprivileged  # noqa: E402

STATEMENT = "SELECT id, mrn, last_name, first_name, dob, city FROM patients WHERE id = 17"
TIMES = 2000


class Scale:
    def __init__(self):
        self.workspace = Workspace("scale")
        self.count = 0
        self.cluster = Cluster(self.workspace, settings={"max_connections": "5200", "shared_buffers": "256MB"}).start()

    def database(self, name, sql=""):
        load_clinic(self.cluster, 200, 400, name)
        if sql:
            script = self.workspace.write(f"{name}.sql", sql)
            self.cluster.psql(name, "-q", "-f", script)

    def pgveil(self, database, more_policy="", **config):
        """A running pgveil of its own, and how long it took to be ready."""
        self.count += 1
        policy = (CLINIC / "policy.toml").read_text() + more_policy
        made = Pgveil(self.workspace, self.cluster, database=database, policy=policy, name=f"pgveil{self.count}", **config)
        made.prepare()
        began = time.monotonic()
        made.start(300)
        return made, time.monotonic() - began

    @staticmethod
    def cost(pgveil, database, statement=STATEMENT, times=TIMES):
        """The first time in ms, then CPU µs each, of pgveil's process."""
        connection = pgveil.connect("dr_adams", database, timeout=300)
        began = time.monotonic()
        outcome = connection.query(statement)
        if outcome.error:
            raise RuntimeError(outcome.error)
        first = time.monotonic() - began
        pids = [pgveil.process.pid]
        before = cpu_seconds(pids)
        for _ in range(times):
            connection.query(statement)
        used = (cpu_seconds(pids) - before) / times
        connection.close()
        return first * 1e3, used * 1e6

    def stop(self):
        self.cluster.stop()

    # ------------------------------------------------------------ curves

    def rows(self):
        def wide(count, sealed):
            names = ", ".join(f"c{i} text" for i in range(count))
            values = ", ".join(f"'value ' || (g * {i + 7}) % 1000" for i in range(count))
            policy = f'\n[table."public.wide_{count}_{sealed}".column]\n' + "".join(
                f'c{i} = {{ phi = "health", class = "demographics", seal = true }}\n' for i in range(sealed))
            sql = (f"CREATE TABLE wide_{count}_{sealed} (id int primary key, {names});"
                   f"INSERT INTO wide_{count}_{sealed} SELECT g, {values} FROM generate_series(1, {{rows}}) g;"
                   f"GRANT SELECT ON wide_{count}_{sealed} TO PUBLIC;")
            return sql, policy if sealed else ""

        shapes = [(10, 3, 1_000_000), (30, 0, 20_000), (30, 1, 20_000), (30, 3, 20_000), (30, 10, 20_000),
                  (30, 30, 20_000), (100, 0, 10_000), (300, 0, 10_000), (1000, 0, 10_000)]
        parts = [(wide(columns, sealed), rows) for columns, sealed, rows in shapes]
        self.database("wide", "".join(sql.format(rows=rows) for (sql, _), rows in parts))
        pgveil, _ = self.pgveil("wide", "".join(policy for (_, policy), _ in parts))

        def read(table, limit):
            # psql, not our own client, which is slower than what it would measure
            pids = [pgveil.process.pid]
            before = cpu_seconds(pids)
            subprocess.run(["psql", "-X", "-q", "-A", "-t", "-c", f"COPY (SELECT * FROM {table} WHERE id <= {limit}) TO STDOUT",
                            "-h", "127.0.0.1", "-p", str(pgveil.port), "-U", "dr_adams", "wide"], check=True,
                           stdout=subprocess.DEVNULL, env={**os.environ, "PGPASSWORD": "adams-demo", "PGSSLMODE": "disable"})
            return 1e6 * (cpu_seconds(pids) - before) / limit

        print("\n| Rows of 10 text columns, 3 sealed | CPU µs per row |\n|---|---|")
        for rows in (10_000, 100_000, 1_000_000):
            print(f"| {rows:,} | {read('wide_10_3', rows):.2f} |", flush=True)
        print("\n| Sealed of 30 text columns | CPU µs per row |\n|---|---|")
        for sealed in (0, 1, 3, 10, 30):
            print(f"| {sealed} | {read(f'wide_30_{sealed}', 20_000):.2f} |", flush=True)
        print("\n| Text columns, none sealed | CPU µs per row |\n|---|---|")
        for columns in (30, 100, 300, 1000):
            print(f"| {columns} | {read(f'wide_{columns}_0', 20_000 if columns == 30 else 10_000):.2f} |", flush=True)
        pgveil.stop()

    def policy(self):
        print("\n| Columns in the policy | ready after s | memory MB | first plan ms | CPU µs per statement |\n|---|---|---|---|---|")
        for columns in (100, 1_000, 10_000):
            tables = columns // 50
            sql = "".join(f"CREATE TABLE form_{t} (id int primary key, {', '.join(f'q{i} text' for i in range(50))});"
                          for t in range(tables))
            policy = "".join(f'\n[table."public.form_{t}".column]\n' + "".join(
                f'q{i} = {{ phi = "health", class = "encounters", mask = "null" }}\n' for i in range(50))
                for t in range(tables))
            self.database(f"policy_{columns}", sql)
            self.point(columns, f"policy_{columns}", policy)

    def tables(self):
        print("\n| Tables | ready after s | memory MB | first plan ms | CPU µs per statement |\n|---|---|---|---|---|")
        for tables in (20, 200, 2_000):
            sql = "".join(f"CREATE TABLE other_{t} (id int primary key, a text, b date, c numeric);" for t in range(tables))
            self.database(f"tables_{tables}", sql)
            self.point(tables, f"tables_{tables}", "")

    def roles(self):
        print("\n| Roles in the policy | ready after s | memory MB | first plan ms | CPU µs per statement |\n|---|---|---|---|---|")
        for roles in (2, 20, 200):
            sql = "".join(f"CREATE ROLE role_{roles}_{r};" for r in range(roles))
            policy = "".join(f'\n[role.role_{roles}_{r}]\nmembers = ["role_{roles}_{r}"]\n'
                             'allow = {{ demographics = ["masked"] }}\n'
                             for r in range(roles))
            self.database(f"roles_{roles}", sql)
            self.point(roles, f"roles_{roles}", policy)

    def point(self, label, database, policy):
        pgveil, ready = self.pgveil(database, policy)
        first, each = self.cost(pgveil, database)
        memory = memory_kb([pgveil.process.pid]) / 1024
        print(f"| {label:,} | {ready:.1f} | {memory:.0f} | {first:.0f} | {each:.0f} |", flush=True)
        pgveil.stop()

    def sessions(self):
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 65_536), hard))
        self.database("sessions")
        pgveil, _ = self.pgveil("sessions", limits="max_connections = 6000")
        idle, before = [], memory_kb([pgveil.process.pid])
        print("\n| Idle sessions | kB each | CPU µs per statement of one more | idle CPU s per minute |\n|---|---|---|---|")
        for count in (100, 1_000, 5_000):
            while len(idle) < count:
                idle.append(pgveil.connect("dr_adams", "sessions"))
            each = (memory_kb([pgveil.process.pid]) - before) / count
            _, cpu = self.cost(pgveil, "sessions")
            still = cpu_seconds([pgveil.process.pid])
            time.sleep(10)
            still = 6 * (cpu_seconds([pgveil.process.pid]) - still)
            print(f"| {count:,} | {each:.1f} | {cpu:.0f} | {still:.2f} |", flush=True)
        for connection in idle:
            connection.close()
        pgveil.stop()
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))

    def audit(self):
        """On disk, not in memory: the log is larger than that."""
        self.database("audit")
        self.count += 1
        folder = Path(os.environ.get("PGVEIL_SCALE_DIR", "/var/tmp")) / f"pgveil-scale-{os.getpid()}"
        folder.mkdir()
        Workspace.own(folder)
        pgveil = Pgveil(self.workspace, self.cluster, database="audit", name=f"pgveil{self.count}", audit=folder)
        pgveil.prepare()
        print("\n| Records | MB | verify s | µs per record | show one patient s | µs per record |\n|---|---|---|---|---|---|")
        fill = self.workspace.path / "audit_fill"
        fill.write_bytes(Path(os.environ["PGVEIL_AUDIT_FILL"]).read_bytes())
        fill.chmod(0o755)
        made = 0
        try:
            for statements in (5_000, 50_000, 500_000, 5_000_000):
                subprocess.run([fill, folder, folder / "audit.key", str(statements - made)], check=True, cwd="/",
                               **unprivileged())
                made = statements
                size = sum(file.stat().st_size for file in folder.iterdir()) / 1e6
                began = time.monotonic()
                pgveil.command("audit", "verify")
                verify = time.monotonic() - began
                began = time.monotonic()
                pgveil.command("audit", "show", "--patient", "4711")
                show = time.monotonic() - began
                records = 2 * statements
                print(f"| {records:,} | {size:,.0f} | {verify:.1f} | {1e6 * verify / records:.2f} | {show:.1f} | "
                      f"{1e6 * show / records:.2f} |", flush=True)
        finally:
            run(["rm", "-rf", folder])


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--only", default="rows,policy,tables,roles,sessions,audit")
    options = parser.parse_args()
    scale = Scale()
    for name in options.only.split(","):
        getattr(scale, name)()
    scale.stop()


if __name__ == "__main__":
    main()
