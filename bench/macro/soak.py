"""pgveil at half load for an hour: does its memory, and the twin's, stay flat?

  bench/macro/run.sh --soak [--minutes 60] [--rate 300]

Prints a line per interval and a table at the end, for bench/RESULTS.md. Exit code 1: a transaction failed, the log has
an error, or memory grew from the second quarter to the last by more than a tenth.
"""
import argparse
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

from contestants import Contestant, cpu_seconds, memory_kb, twin_pids  # noqa: E402
from harness import PG_BIN, Cluster, Pgveil, Workspace, load_clinic  # noqa: E402

# (workload, share of the rate, protocol, clients); the last connects anew each time.
MIX = [("point_id", 40, "prepared", 8), ("point_id", 24, "simple", 8), ("update_patient", 10, "prepared", 4),
       ("visits", 10, "extended", 4), ("page", 10, "simple", 4), ("report", 5, "simple", 2), ("one", 1, "simple", 2)]
PATIENTS = 20_000


class Soak:
    def __init__(self, options):
        self.options = options
        self.workspace = Workspace("soak")
        self.cluster = Cluster(self.workspace, settings={"max_connections": "100", "shared_buffers": "256MB"}).start()
        load_clinic(self.cluster, PATIENTS, PATIENTS * 3)
        # On disk: an hour's log does not fit in memory.
        self.folder = Path(os.environ.get("PGVEIL_BENCH_DIR", "/var/tmp")) / f"pgveil-soak-{os.getpid()}"
        self.folder.mkdir(mode=0o700)
        Workspace.own(self.folder)
        self.pgveil = Pgveil(self.workspace, self.cluster, audit=self.folder).prepare().start()
        self.target = Contestant("pgveil", self.pgveil.port, "clinic", [self.pgveil.process.pid])
        self.samples = []

    def load(self, workload, share, protocol, clients):
        command = [str(PG_BIN / "pgbench"), "-n", "-f", str(HERE / "workloads" / f"{workload}.sql"), "-c", str(clients),
                   "-j", "1", "-T", str(self.options.minutes * 60), "-M", protocol, "-D", f"patients={PATIENTS}", "-R",
                   str(max(1, self.options.rate * share // 100)), *(["-C"] if workload == "one" else [])]
        return subprocess.Popen(command + self.target.arguments(), env=self.target.environment(), text=True,
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    def sample(self, began):
        pid = self.pgveil.process.pid
        twin = twin_pids(self.pgveil)
        files = len(list(Path(f"/proc/{pid}/fd").iterdir()))
        audit = sum(file.stat().st_size for file in self.folder.iterdir()) / 1e6
        self.samples.append((time.monotonic() - began, memory_kb([pid]) / 1024, memory_kb(twin) / 1024, files,
                             len(twin), audit, cpu_seconds([pid])))
        print("{:6.0f} s  pgveil {:7.1f} MB  twin {:7.1f} MB  {} files  {} twin processes  audit {:.0f} MB  cpu {:.0f} s".format(
            *self.samples[-1]), flush=True)

    def run(self):
        began = time.monotonic()
        loads = [self.load(*one) for one in MIX]
        interval = max(5, self.options.minutes * 60 // 60)
        while all(load.poll() is None for load in loads) and time.monotonic() - began < self.options.minutes * 60 - 1:
            time.sleep(interval)
            self.sample(began)
        failed = []
        for load, (workload, *_) in zip(loads, MIX):
            out, error = load.communicate()
            done = [line for line in out.splitlines() if "actually processed" in line or "latency average" in line]
            print(workload, *done, sep="; ", flush=True)
            if load.returncode != 0 or "number of failed transactions: 0 " not in out:
                failed.append(f"{workload}: {error[-500:]}")
        return failed

    def judge(self, failed):
        print("\n| Minutes | pgveil MB | twin MB | open files | audit MB |\n|---|---|---|---|---|")
        for at in range(0, len(self.samples), max(1, len(self.samples) // 12)):
            seconds, ours, twin, files, _, audit, _ = self.samples[at]
            print(f"| {seconds / 60:.0f} | {ours:.1f} | {twin:.1f} | {files} | {audit:.0f} |")
        quarter = len(self.samples) // 4
        for column, name in ((1, "pgveil"), (2, "the twin"), (3, "open files")):
            early = statistics.median(sample[column] for sample in self.samples[quarter:2 * quarter])
            late = statistics.median(sample[column] for sample in self.samples[3 * quarter:])
            print(f"{name}: second quarter {early:.1f}, last quarter {late:.1f}")
            if late > 1.1 * early:
                failed.append(f"{name} grew from {early:.1f} to {late:.1f}")
        if "error" in self.pgveil.log_text().lower():
            failed.append(f"the log: {self.pgveil.log_text()[-1000:]}")
        code = self.pgveil.stop()
        if code != 0:
            failed.append(f"pgveil ended with {code}")
        self.cluster.stop()
        shutil.rmtree(self.folder)
        for what in failed:
            print(f"FAILED: {what}")
        return 1 if failed else 0


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--minutes", type=int, default=60)
    parser.add_argument("--rate", type=int, default=300, help="transactions per second in all")
    soak = Soak(parser.parse_args())
    sys.exit(soak.judge(soak.run()))


if __name__ == "__main__":
    main()
