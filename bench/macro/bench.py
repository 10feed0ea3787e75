"""pgveil, pgbouncer and PostgreSQL itself, side by side: see run.sh and bench/RESULTS.md."""
import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[1] / "tests" / "e2e"))
sys.path.insert(0, str(HERE))

from contestants import PgBouncer, Contestant, cpu_seconds, memory_kb, pgbench  # noqa: E402
from certificates import certificates  # noqa: E402
from harness import CLINIC, PASSWORDS, PG_BIN, Cluster, Pgveil, Workspace, load_clinic, run  # noqa: E402
from report import write_results  # noqa: E402
from wire import Wire  # noqa: E402

BULK = """CREATE TABLE {name} (id int PRIMARY KEY, a int, b int, c text, d text, e timestamp, f numeric(10,2),
  ssn {text}, name {text}, note {text});
INSERT INTO {name} SELECT i, i % 97, i % 1009, 'room ' || i % 50, md5(i::text), timestamp '2024-01-01' + i * interval '1 s',
  i / 7.0, lpad((i * 7919 % 1000000000)::text, 11, '0'), 'Name ' || i % 5000, 'note number ' || i FROM generate_series(1, {rows}) i;
GRANT SELECT, INSERT, DELETE ON {name} TO PUBLIC; ANALYZE {name};"""
BULK_POLICY = """
[table."public.bulk_sealed"]
[table."public.bulk_sealed".column]
ssn = { phi = "ssn", class = "government_id", seal = true, search = ["equality"] }
name = { phi = "name", class = "demographics", seal = true, search = ["equality:folded"] }
note = { phi = "health", class = "demographics", seal = true }
"""


class Bench:
    def __init__(self, options):
        self.options, self.results = options, []
        self.workspace = Workspace("bench")
        folder = certificates(self.workspace)
        self.certificate, self.key = folder / "server.crt", folder / "server.key"
        settings = {"ssl": "on", "ssl_cert_file": self.certificate, "ssl_key_file": self.key,
                    "shared_buffers": "512MB", "max_connections": "400", "synchronous_commit": "off",
                    "max_wal_size": "4GB"}
        self.cluster = Cluster(self.workspace, settings=settings).start()
        for database in ("plain", "clinic"):
            load_clinic(self.cluster, options.patients, options.patients * 3, database)
            run([PG_BIN / "pgbench", "-i", "-q", "-s", str(options.scale), "-h", self.cluster.sockets, "-p",
                 str(self.cluster.port), "-U", "postgres", database])
            self.cluster.sql(database, "GRANT ALL ON ALL TABLES IN SCHEMA public TO dr_adams")
            for name in ("bulk_plain", "bulk_sealed"):
                self.cluster.sql(database, BULK.format(name=name, text="text", rows=options.rows))
        policy = (CLINIC / "policy.toml").read_text() + BULK_POLICY
        self.pgveil = self.prepare("pgveil", policy)
        self.pgveil.command("keys", "init")
        print(self.pgveil.command("apply").stdout.strip(), flush=True)
        self.pgveil.start()
        self.direct = Contestant("direct", self.cluster.port, "plain")
        self.session = PgBouncer(self.workspace, self.cluster, "session", "plain")
        self.transaction = PgBouncer(self.workspace, self.cluster, "transaction", "plain")
        self.ours = Contestant("pgveil", self.pgveil.port, "clinic", [self.pgveil.process.pid])

    def prepare(self, name, policy, **config):
        limits = f"io_threads = {self.options.io_threads}" if self.options.io_threads else ""
        tls = f'mode = "allow"\ncertificate = "{self.certificate}"\nkey = "{self.key}"'
        return Pgveil(self.workspace, self.cluster, policy=policy, name=name, limits=limits, tls=tls, **config)

    def stop(self):
        self.session.stop()
        self.transaction.stop()
        self.pgveil.stop()
        self.cluster.stop()

    def compare(self, group, workload, clients, protocol, contestants, connect=False):
        """Rounds in turn, so that what else the machine does meets all alike; medians."""
        variables = {"scale": self.options.scale, "patients": self.options.patients}
        measured = {c.name: [] for c in contestants}
        for _ in range(self.options.rounds):
            for contestant in contestants:
                script = HERE / "workloads" / f"{workload}.sql"
                measured[contestant.name].append(
                    pgbench(contestant, script, clients, self.options.seconds, protocol, variables, connect))
        for name, rounds in measured.items():
            row = {"group": group, "workload": workload + (" connect" if connect else ""), "protocol": protocol,
                   "clients": clients, "contestant": name,
                   **{key: statistics.median(r[key] for r in rounds) for key in ("tps", "ms", "cpu", "p50", "p95", "p99")},
                   "spread": (max(r["tps"] for r in rounds) - min(r["tps"] for r in rounds)) /
                             statistics.median(r["tps"] for r in rounds)}
            self.results.append(row)
            print(f"{group:8} {row['workload']:16} {protocol:9} {clients:4} {name:22} {row['tps']:9.0f} tps "
                  f"{row['ms']:7.3f} ms  cpu {row['cpu']:6.3f} s/1000  spread {row['spread']:.0%}", flush=True)

    def passes(self):
        everyone = [self.direct, self.session, self.transaction, self.ours]
        no_prepared = [self.direct, self.session, self.ours]  # pgbouncer 1.18 has no prepared ones in transaction mode
        for clients in self.options.clients:
            for protocol in ("simple", "extended", "prepared"):
                self.compare("pass", "select_only", clients, protocol, no_prepared if protocol == "prepared" else everyone)
        for protocol in ("simple", "prepared"):
            self.compare("pass", "tpcb", 8, protocol, no_prepared if protocol == "prepared" else everyone)

    def clinic(self):
        peers = [self.direct, self.session, self.ours]
        for clients in (1, 8, 32):
            for protocol in ("simple", "prepared"):
                self.compare("clinic", "point_id", clients, protocol, peers)
        self.compare("clinic", "point_mrn", 8, "simple", peers)
        for workload in ("page", "visits", "name_prefix", "report", "update_patient"):
            for protocol in ("simple", "prepared"):
                self.compare("clinic", workload, 8, protocol, peers)

    def connects(self):
        self.compare("connect", "one", 4, "simple", [self.direct, self.session, self.ours], connect=True)

    def tls(self):
        """The client's side; the server's stays without."""
        peers = [Contestant(f"{who} {'TLS' if tls else 'clear'}", port, database, pids, tls)
                 for who, port, database, pids in (("direct", self.cluster.port, "plain", []),
                                                   ("pgveil", self.ours.port, "clinic", self.ours.pids))
                 for tls in (False, True)]
        self.compare("tls", "select_only", 8, "prepared", peers)
        self.compare("tls", "one", 4, "simple", peers, connect=True)

    def audit(self):
        policy = (CLINIC / "policy.toml").read_text() + BULK_POLICY
        disk = Path(os.environ.get("PGVEIL_BENCH_DIR", "/var/tmp")) / f"pgveil-bench-{os.getpid()}"
        disk.mkdir(mode=0o755)
        made, peers = [], []
        try:
            for place in ("disk", "memory"):
                for fsync in ("true", "false"):
                    name = f"{place}, {'synced' if fsync == 'true' else 'not synced'}"
                    folder = (disk if place == "disk" else self.workspace.path) / f"audit-{fsync}"
                    folder.mkdir(mode=0o700)
                    Workspace.own(folder)
                    one = self.prepare(name.replace(", ", "-").replace(" ", "-"), policy, audit=folder)
                    one.write("pgveil.toml", one.config.read_text().replace("[audit]", f"[audit]\nfsync = {fsync}"))
                    one.use_key(self.pgveil.directory / "kek")
                    made.append(one.start())
                    peers.append(Contestant(name, one.port, "clinic", [one.process.pid]))
            for clients in (1, 8, 32):
                self.compare("audit", "point_id", clients, "prepared", peers)
            for one in made:
                one.stop()
        finally:
            shutil.rmtree(disk)

    def bulk(self):
        commands = {"SELECT": "SELECT * FROM {table}", "COPY TO": "COPY {table} TO STDOUT"}
        for table in ("bulk_plain", "bulk_sealed"):
            for what, sql in commands.items():
                for contestant in (self.direct, self.session, self.ours):
                    self.bulk_one(table, what, sql.format(table=table), contestant)
        rows = self.workspace.path / "rows.copy"
        with open(rows, "wb") as out:
            self.psql(self.direct, "COPY bulk_plain TO STDOUT", stdout=out)
        for table in ("bulk_plain", "bulk_sealed"):
            for contestant in (self.direct, self.session, self.ours):
                self.bulk_one(table, "COPY FROM", f"COPY {table} FROM STDIN", contestant, rows)

    @staticmethod
    def psql(contestant, sql, **streams):
        subprocess.run(["psql", "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-c", sql, *contestant.arguments()],
                       env=contestant.environment(), check=True, **streams)

    def bulk_one(self, table, what, sql, contestant, rows=os.devnull):
        rates, cpu = [], []
        for _ in range(self.options.rounds):
            if rows != os.devnull:
                self.cluster.sql(contestant.database, f"TRUNCATE {table}")
            before, started = cpu_seconds(contestant.pids), time.monotonic()
            with open(os.devnull, "wb") as nowhere, open(rows, "rb") as given:
                self.psql(contestant, sql, stdin=given, stdout=nowhere)
            rates.append(self.options.rows / (time.monotonic() - started))
            cpu.append(1e6 * (cpu_seconds(contestant.pids) - before) / self.options.rows)
        row = {"group": "bulk", "workload": f"{what} {table}", "contestant": contestant.name,
               "rate": statistics.median(rates), "us": statistics.median(cpu),
               "spread": (max(rates) - min(rates)) / statistics.median(rates)}
        self.results.append(row)
        print(f"bulk     {row['workload']:22} {contestant.name:18} {row['rate']:10.0f} rows/s  "
              f"cpu {row['us']:.2f} us/row  spread {row['spread']:.0%}", flush=True)

    def memory(self):
        for contestant in (self.session, self.ours):
            before = memory_kb(contestant.pids)
            idle = [Wire("127.0.0.1", contestant.port, "dr_adams", PASSWORDS["dr_adams"], contestant.database)
                    for _ in range(100)]
            row = {"group": "memory", "workload": "idle client", "contestant": contestant.name,
                   "kb": (memory_kb(contestant.pids) - before) / len(idle)}
            self.results.append(row)
            print(f"memory   an idle client {contestant.name:18} {row['kb']:.1f} kB", flush=True)
            for connection in idle:
                connection.close()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--only", default="pass,clinic,connect,tls,audit,bulk,memory")
    parser.add_argument("--seconds", type=int, default=10)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--clients", default="1,8,32,128")
    parser.add_argument("--patients", type=int, default=20_000)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--scale", type=int, default=10)
    parser.add_argument("--io-threads", type=int, default=0, help="of pgveil; 0: its own default")
    parser.add_argument("--hold", action="store_true", help="prepare, say where, and wait: for profiling")
    options = parser.parse_args()
    if options.quick:
        options.seconds, options.rounds, options.rows, options.clients = 2, 3, 100_000, "1,8,32"
    options.clients = [int(count) for count in options.clients.split(",")]
    bench = Bench(options)
    if options.hold:
        print(json.dumps({"pgveil": bench.pgveil.port, "pid": bench.pgveil.process.pid, "direct": bench.cluster.port,
                          "pgbouncer": bench.session.port, "sockets": str(bench.cluster.sockets)}), flush=True)
        sys.stdin.read()
        bench.stop()
        return
    steps = {"pass": bench.passes, "clinic": bench.clinic, "connect": bench.connects, "tls": bench.tls, "audit": bench.audit, "bulk": bench.bulk,
             "memory": bench.memory}
    for name in options.only.split(","):
        steps[name]()
    bench.stop()
    if not options.quick:
        write_results(bench.results, options, HERE.parent)


if __name__ == "__main__":
    main()
