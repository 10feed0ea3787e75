"""What the end-to-end tests stand on: throw-away clusters, the demo clinic, a running pgveil.

Everything lives in one private temporary directory, listens on free ports of 127.0.0.1 and unix sockets,
runs as an unprivileged account (PostgreSQL refuses root), and is stopped by pid.
"""
import atexit
import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

from wire import LoginError, Wire

ROOT = Path(__file__).resolve().parents[2]
CLINIC = ROOT / "deploy" / "clinic"
PG_BIN = Path(os.environ.get("PGVEIL_PG_BIN", "/usr/lib/postgresql/15/bin"))
BINARY = os.environ.get("PGVEIL_BINARY", "")
SANITIZED = any(name in BINARY for name in ("/asan/", "/tsan/"))
PASSWORDS = {"dr_adams": "adams-demo", "reception": "reception-demo", "biller": "biller-demo",
             "visitor": "visitor-demo"}
LOGIN_OF_ROLE = {"clinician": "dr_adams", "front_desk": "reception", "billing": "biller"}
CONTROL_LOGIN, CONTROL_PASSWORD = "pgveil_control", "control-demo"


# A test that is told to end (ctest's timeout, Ctrl-C) stops its servers too.
signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))


def unprivileged():
    """Arguments for subprocess that make a child run as somebody PostgreSQL accepts."""
    if os.geteuid() != 0:
        return {}
    account = pwd.getpwnam("postgres")
    return {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}


def free_port():
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return sock.getsockname()[1]


class Workspace:
    """A private directory that the unprivileged account owns; removed at exit."""

    def __init__(self, name):
        base = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
        self.path = Path(tempfile.mkdtemp(prefix=f"pgveil-{name}-", dir=base))
        self.path.chmod(0o755)
        self.own(self.path)
        if not os.environ.get("PGVEIL_KEEP"):
            atexit.register(shutil.rmtree, self.path, ignore_errors=True)

    @staticmethod
    def own(path):
        if os.geteuid() == 0:
            account = pwd.getpwnam("postgres")
            os.chown(path, account.pw_uid, account.pw_gid)

    def directory(self, name, mode=0o700):
        path = self.path / name
        path.mkdir(mode=mode, exist_ok=True)
        self.own(path)
        return path

    def write(self, name, text, mode=0o600):
        path = self.path / name
        path.write_text(text)
        path.chmod(mode)
        self.own(path)
        return path


def run(command, **options):
    """Runs a command unprivileged; its output is shown only if it fails."""
    environment = {**os.environ, "HOME": "/", "LC_ALL": "C.UTF-8", **options.pop("env", {})}
    check = options.pop("check", True)
    result = subprocess.run([str(c) for c in command], capture_output=True, text=True, cwd="/", env=environment,
                            **unprivileged(), **options)
    if check and result.returncode != 0:
        raise RuntimeError(f"{' '.join(str(c) for c in command)}: exit {result.returncode}\n"
                           f"{result.stdout}{result.stderr}")
    return result


class Cluster:
    """A PostgreSQL server of our own."""

    def __init__(self, workspace, name="server", settings=None, locale="C.UTF-8"):
        self.workspace, self.name = workspace, name
        self.data, self.log = workspace.path / name, workspace.path / f"{name}.log"
        self.port, self.sockets = free_port(), workspace.directory(f"{name}-sockets", 0o755)
        self.settings = {"fsync": "off", "max_connections": "60", "shared_buffers": "32MB", **(settings or {})}
        self.process = None
        run([PG_BIN / "initdb", "-D", self.data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale", locale,
             "--no-sync", "--no-instructions"])
        (self.data / "pg_hba.conf").write_text("local all,replication postgres trust\nlocal all all scram-sha-256\n"
                                               "host all all 127.0.0.1/32 scram-sha-256\n")

    def start(self):
        settings = {"listen_addresses": "127.0.0.1", "port": self.port,
                    "unix_socket_directories": self.sockets, **self.settings}
        command = [str(PG_BIN / "postgres"), "-D", str(self.data)]
        for key, value in settings.items():
            command += ["-c", f"{key}={value}"]
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(command, stdout=log, stderr=log, cwd="/", start_new_session=True,
                                            **unprivileged())
        atexit.register(self.stop)
        deadline = time.monotonic() + 60
        while run([PG_BIN / "pg_isready", "-q", "-h", self.sockets, "-p", self.port], check=False).returncode != 0:
            if time.monotonic() > deadline or self.process.poll() is not None:
                raise RuntimeError(f"PostgreSQL did not start:\n{self.log.read_text()}")
            time.sleep(0.05)
        return self

    def stop(self, how=signal.SIGINT):
        if self.process and self.process.poll() is None:
            self.process.send_signal(how)
            try:
                self.process.wait(30)
            except subprocess.TimeoutExpired:
                self.process.send_signal(signal.SIGQUIT)
                self.process.wait(30)
        self.process = None

    def psql(self, database, *arguments, **options):
        """psql as the superuser over the unix socket, bypassing pgveil; its standard output."""
        return run(["psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", "-h", self.sockets, "-p", self.port, "-U",
                    "postgres", "-d", database, *arguments], **options).stdout

    def sql(self, database, statement):
        return self.psql(database, "-A", "-t", "-c", statement).strip()

    def connect(self, user, database="clinic", **options):
        """A wire connection straight to the server."""
        if user == "postgres":
            return Wire(str(self.sockets), self.port, user, database=database, **options)
        return Wire("127.0.0.1", self.port, user, PASSWORDS.get(user), database, **options)


def standby_of(workspace, primary):
    """A running hot standby of a running cluster."""
    standby, name = Cluster.__new__(Cluster), f"{primary.name}-standby"
    standby.workspace, standby.name = workspace, name
    standby.data, standby.log = workspace.path / name, workspace.path / f"{name}.log"
    standby.port, standby.sockets = free_port(), workspace.directory(f"{name}-sockets", 0o755)
    standby.settings, standby.process = dict(primary.settings), None
    run([PG_BIN / "pg_basebackup", "-h", primary.sockets, "-p", primary.port, "-U", "postgres", "-D", standby.data,
         "-R", "-X", "stream", "-c", "fast"])
    return standby.start()


def load_clinic(cluster, patients=200, visits=600, database="clinic"):
    """The demo clinic in plaintext, as it is before pgveil."""
    if cluster.sql("postgres", "SELECT count(*) FROM pg_roles WHERE rolname = 'clinicians'") == "0":
        cluster.psql("postgres", "-f", CLINIC / "logins.sql")
        cluster.sql("postgres", f"CREATE ROLE {CONTROL_LOGIN} SUPERUSER LOGIN PASSWORD '{CONTROL_PASSWORD}'")
    cluster.sql("postgres", f"CREATE DATABASE {database}")
    cluster.psql(database, "-f", CLINIC / "schema.sql")
    cluster.psql(database, "-v", f"patients={patients}", "-v", f"visits={visits}", "-f", CLINIC / "data.sql")
    cluster.psql(database, "-f", CLINIC / "grants.sql")


class Pgveil:
    """The program under test, with its own keys, audit log and twin."""

    def __init__(self, workspace, cluster, database="clinic", policy=None, name="pgveil", upstream_port=None,
                 **config):
        self.workspace, self.cluster, self.name = workspace, cluster, name
        self.directory = workspace.directory(name)
        self.port, self.metrics_port = config.pop("port", None) or free_port(), free_port()
        self.log = self.directory / "pgveil.log"
        self.process = None
        # The build tree may be out of reach of the unprivileged account (root's home, say).
        self.binary = self.directory / "bin"
        shutil.copyfile(BINARY, self.binary)
        self.binary.chmod(0o755)
        self.policy = self.write("policy.toml", policy or (CLINIC / "policy.toml").read_text())
        self.audit = config.pop("audit", None) or workspace.directory(f"{name}/audit")
        self.twin = workspace.directory(f"{name}/twin")
        values = {"policy": "policy.toml", "port": self.port, "metrics_port": self.metrics_port,
                  "directory": self.directory, "upstream_port": upstream_port or cluster.port,
                  "database": database, "pg_bin": PG_BIN, "control_user": CONTROL_LOGIN, "tls": 'mode = "off"',
                  "sslmode": "disable", "upstream_tls": "", "twin_directory": self.twin, "audit": self.audit,
                  "limits": "", "listen": "", **config}
        text = (CLINIC / "pgveil.toml.in").read_text()
        for key, value in values.items():
            text = text.replace(f"@{key}@", str(value))
        self.config = self.write("pgveil.toml", text)
        self.write("pgpass", f"127.0.0.1:*:*:{CONTROL_LOGIN}:{CONTROL_PASSWORD}\n")

    def write(self, name, text):
        return self.workspace.write(f"{self.name}/{name}", text)

    def use_key(self, file):
        """Takes the key-encryption key of another pgveil for the same database."""
        copy = self.directory / "kek"
        copy.write_bytes(file.read_bytes())
        copy.chmod(0o600)
        self.workspace.own(copy)

    def command(self, *arguments, check=True, **options):
        """Runs a sub-command to its end."""
        return run([self.binary, "--config", self.config, *arguments], check=check, timeout=600, **options)

    def prepare(self):
        """Keys and sealed columns."""
        self.command("keys", "init")
        self.command("apply")
        return self

    def start(self, wait=60):
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen([str(self.binary), "--config", str(self.config), "serve"], stdout=log,
                                            stderr=log, cwd="/", start_new_session=True, **unprivileged())
        atexit.register(self.stop)
        self.wait_ready(wait)
        return self

    def wait_ready(self, seconds=60):
        deadline = time.monotonic() + seconds * (4 if SANITIZED else 1)
        while True:
            if self.process.poll() is not None:
                raise RuntimeError(f"pgveil ended with {self.process.returncode}:\n{self.log_text()[-4000:]}")
            if self.http("/readyz")[0] == 200:
                return
            if time.monotonic() > deadline:
                raise RuntimeError(f"pgveil is not ready after {seconds} s:\n{self.log_text()[-4000:]}")
            time.sleep(0.05)

    def http(self, path):
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.metrics_port}{path}", timeout=5) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as problem:
            return problem.code, problem.read().decode()
        except OSError:
            return 0, ""

    def log_text(self):
        return self.log.read_text(errors="replace") if self.log.exists() else ""

    def alive(self):
        return self.process is not None and self.process.poll() is None

    def stop(self, how=signal.SIGTERM):
        """Stops the process; its exit code. A sanitizer report ends it with 99, which fails the test."""
        if self.process is None:
            return None
        process, self.process = self.process, None
        if process.poll() is None:
            process.send_signal(how)
            try:
                process.wait(60)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
                raise RuntimeError("pgveil did not stop within 60 s of SIGTERM") from None
        if "Sanitizer" in self.log_text():
            print(self.log_text()[-6000:])
            raise RuntimeError("a sanitizer reported an error")
        return process.returncode

    def connect(self, user, database="clinic", **options):
        return Wire("127.0.0.1", self.port, user, PASSWORDS.get(user), database, **options)

    def sql(self, user, statement):
        """One statement in a session of its own; text rows, or the exception of its error."""
        connection = self.connect(user)
        try:
            outcome = connection.query(statement)
            if outcome.error:
                raise LoginError(outcome.error)
            return outcome.text()
        finally:
            connection.close()


class Checks:
    """Counts what was checked and what failed; `finish` is the exit code of a test program."""

    def __init__(self, title):
        self.title, self.passed, self.failures = title, 0, []
        self.started = time.monotonic()

    def that(self, condition, what):
        if condition:
            self.passed += 1
        else:
            self.failures.append(what)
            print(f"FAILED: {what}", flush=True)
        return bool(condition)

    def equal(self, got, want, what):
        return self.that(got == want, f"{what}: got {got!r}, want {want!r}")

    def finish(self):
        seconds = time.monotonic() - self.started
        print(f"{self.title}: {self.passed} checks passed, {len(self.failures)} failed ({seconds:.1f} s)")
        sys.exit(1 if self.failures else 0)
