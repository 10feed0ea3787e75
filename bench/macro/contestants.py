"""The programs that are compared: how each is reached, and what CPU time and memory it took."""
import os
import subprocess
import tempfile
import time
from pathlib import Path

from harness import PASSWORDS, PG_BIN, free_port, unprivileged

TICKS = os.sysconf("SC_CLK_TCK")
USER = "dr_adams"


def cpu_seconds(pids):
    """User and system time of the processes so far."""
    total = 0
    for pid in pids:
        with open(f"/proc/{pid}/stat") as stat:
            fields = stat.read().rsplit(")", 1)[1].split()
        total += int(fields[11]) + int(fields[12])
    return total / TICKS


def memory_kb(pids):
    """Resident memory that is not shared with other processes; of those that are still there."""
    total = 0
    for pid in pids:
        try:
            with open(f"/proc/{pid}/smaps_rollup") as rollup:
                lines = rollup.readlines()
        except (FileNotFoundError, ProcessLookupError):
            continue
        total += sum(int(line.split()[1]) for line in lines if line.startswith(("Private_", "SwapPss")))
    return total


class Contestant:
    def __init__(self, name, port, database, pids=(), tls=False):
        self.name, self.port, self.database, self.pids = name, port, database, list(pids)
        self.sslmode = "require" if tls else "disable"

    def arguments(self):
        return ["-h", "127.0.0.1", "-p", str(self.port), "-U", USER, self.database]

    def environment(self):
        return {**os.environ, "PGPASSWORD": PASSWORDS[USER], "PGSSLMODE": self.sslmode, "HOME": "/"}


class PgBouncer(Contestant):
    """Debian's pgbouncer before the plain database."""

    def __init__(self, workspace, cluster, mode, database):
        super().__init__(f"pgbouncer {mode}", free_port(), database)
        folder = workspace.directory(f"pgbouncer-{mode}")
        users = workspace.write(f"pgbouncer-{mode}/users.txt",
                                "".join(f'"{user}" "{word}"\n' for user, word in PASSWORDS.items()))
        config = workspace.write(f"pgbouncer-{mode}/pgbouncer.ini", f"""[databases]
* = host=127.0.0.1 port={cluster.port}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {self.port}
unix_socket_dir =
auth_type = scram-sha-256
auth_file = {users}
pool_mode = {mode}
max_client_conn = 2000
default_pool_size = 150
ignore_startup_parameters = extra_float_digits
logfile = {folder}/log
""")
        self.process = subprocess.Popen(["pgbouncer", "-q", str(config)], cwd="/", start_new_session=True,
                                        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **unprivileged())
        self.pids = [self.process.pid]
        time.sleep(0.5)
        if self.process.poll() is not None:
            raise RuntimeError((folder / "log").read_text())

    def stop(self):
        self.process.terminate()
        self.process.wait(10)


def twin_pids(pgveil):
    """The twin's processes, which are not the proxy's own CPU but the price of it all the same."""
    found = subprocess.run(["pgrep", "-P", str(pgveil.process.pid)], capture_output=True, text=True, check=False)
    postmasters = found.stdout.split()
    children = [subprocess.run(["pgrep", "-P", pid], capture_output=True, text=True, check=False).stdout.split()
                for pid in postmasters]
    return postmasters + [pid for group in children for pid in group]


def percentiles(folder):
    """Of the transactions that pgbench wrote down, in ms."""
    times = sorted(int(line.split()[2]) for file in Path(folder).iterdir() for line in file.read_text().splitlines())
    return {f"p{share}": times[min(len(times) * share // 100, len(times) - 1)] / 1000 for share in (50, 95, 99)}


def pgbench(contestant, script, clients, seconds, protocol, variables, connect=False):
    """Runs pgbench; transactions, tps, milliseconds (mean and percentiles of every tenth), CPU seconds of the proxy per
    1,000 transactions."""
    with tempfile.TemporaryDirectory(dir="/dev/shm") as folder:
        numbers = pgbench_logging(contestant, script, clients, seconds, protocol, variables, connect, folder)
        return {**numbers, **percentiles(folder)}


def pgbench_logging(contestant, script, clients, seconds, protocol, variables, connect, folder):
    command = [str(PG_BIN / "pgbench"), "-n", "-f", str(script), "-c", str(clients), "-j", "2", "-T", str(seconds),
               "-M", protocol, "-l", "--sampling-rate=0.1", f"--log-prefix={folder}/times", *([] if not connect else ["-C"])]
    for name, value in variables.items():
        command += ["-D", f"{name}={value}"]
    before = cpu_seconds(contestant.pids)
    done = subprocess.run(command + contestant.arguments(), env=contestant.environment(), capture_output=True,
                          text=True, check=False)
    used = cpu_seconds(contestant.pids) - before
    numbers = {}
    for line in done.stdout.splitlines():
        if line.startswith("number of transactions actually processed: "):
            numbers["transactions"] = int(line.split(": ")[1].split("/")[0])
        elif line.startswith("tps = "):
            numbers["tps"] = float(line.split()[2])
        elif line.startswith("latency average = "):
            numbers["ms"] = float(line.split()[3])
        elif line.startswith("number of failed transactions: ") and not line.startswith(
                "number of failed transactions: 0"):
            raise RuntimeError(f"{contestant.name}: {line}")
    if done.returncode != 0 or not numbers.get("transactions"):
        raise RuntimeError(f"{contestant.name}: {script.name}: {done.stderr[-800:]}")
    numbers["cpu"] = 1000 * used / numbers["transactions"]
    return numbers
