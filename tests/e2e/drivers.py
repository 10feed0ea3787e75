"""The client drivers: how each program of clients/ is run, which version it has, and where it is known to get
another transcript from pgveil than from PostgreSQL, and why."""
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

from harness import PASSWORDS, SANITIZED, run

SOURCES = Path(__file__).parent / "clients"
PYTHON = "/usr/bin/python3"  # Debian's own: its packages are not seen by another
JDBC = Path("/usr/share/java/postgresql.jar")
PATIENCE = 900 if SANITIZED else 300  # seconds
GO, GO_PACKAGES = Path("/usr/bin/go"), Path("/usr/share/gocode")
# Said by PostgreSQL and never by pgveil: what the fields of an error hold of stored or sent values (docs/errors.md,
# "What is taken out of the server's errors").
UNSAID = re.compile(r"\n(DETAIL: +(Key|Failing row)|CONTEXT: +unnamed portal parameter)[^\n]*?(?=;?(\n|$))")




class Missing(Exception):
    """This machine does not have the driver."""


class Target:
    """Where to connect: PostgreSQL or pgveil."""

    def __init__(self, port, database, login):
        self.port, self.database, self.login, self.password = str(port), database, login, PASSWORDS[login]

    def dsn(self):
        return f"host=127.0.0.1 port={self.port} dbname={self.database} user={self.login} password={self.password} " \
               "sslmode=disable connect_timeout=20"

    def words(self):
        return [self.port, self.database, self.login, self.password]

    def environment(self):
        """What libpq, and drivers that want to be like it, read."""
        return {"PGHOST": "127.0.0.1", "PGPORT": self.port, "PGDATABASE": self.database, "PGUSER": self.login,
                "PGPASSWORD": self.password, "PGSSLMODE": "disable", "PGCONNECT_TIMEOUT": "20"}


@dataclass
class Client:
    name: str
    version: object            # (folder) -> text; raises Missing
    command: object            # (folder, target) -> list of words
    prepare: object = None     # (folder): compile, copy
    known: dict = field(default_factory=dict)  # step -> (what pgveil's part of the transcript holds, reason)
    seen: str = ""

    def available(self, folder):
        try:
            if self.prepare:
                self.prepare(folder)
            self.seen = self.version(folder).strip()
            return True
        except (Missing, OSError) as problem:
            print(f"skipped: {self.name} is not on this machine ({problem})")
            return False

    def run(self, folder, target):
        command = self.command(folder, target)
        try:
            return run(command, check=False, timeout=PATIENCE, env=target.environment())
        except subprocess.TimeoutExpired as problem:
            said = [(text or b"").decode(errors="replace") for text in (problem.stdout, problem.stderr)]
            return subprocess.CompletedProcess(command, -1, said[0], said[1] + f"no end after {PATIENCE} seconds\n")


def package(*names):
    """The version of a Debian package, without Debian's part of it."""
    def version(_):
        found = [run(["dpkg-query", "-W", "-f=${db:Status-Abbrev}${Version}", name], check=False).stdout for name in names]
        if not all(text.startswith("ii") for text in found):
            raise Missing(", ".join(names))
        return ", ".join(text[2:].strip().split(":")[-1].rsplit("-", 1)[0].split("+ds")[0] for text in found)
    return version


def python(script):
    return lambda folder, target: [PYTHON, "-B", folder / script]


def compiled(variable):
    """A program of the build tree, copied within reach of the unprivileged account."""
    def prepare(folder):
        source = os.environ.get(variable, "")
        if not source or not Path(source).exists():
            raise Missing(variable)
        shutil.copy(source, folder / variable)
        (folder / variable).chmod(0o755)
    return prepare


def java(folder):
    if not shutil.which("javac") or not JDBC.exists():
        raise Missing("javac, libpostgresql-jdbc-java")
    run(["javac", "-cp", JDBC, "-d", folder, *sorted(folder.glob("*.java"))], timeout=300)


def go(folder):
    if not GO.exists() or not (GO_PACKAGES / "src/github.com/lib/pq").exists():
        raise Missing("golang-go, golang-github-lib-pq-dev")
    run([GO, "build", "-o", folder / "go_client", folder / "client.go"], timeout=300, env={
        "GO111MODULE": "off", "GOPATH": str(GO_PACKAGES), "GOCACHE": str(folder / "gocache"), "GOFLAGS": "-p=2"})


def node(folder):
    modules = os.environ.get("PGVEIL_NODE_PATH")
    if not shutil.which("node") or not modules:
        raise Missing("node, pg")
    shutil.copytree(modules, folder / "node_modules", symlinks=True, dirs_exist_ok=True)


def psql_version(_):
    return run(["psql", "--version"]).stdout.split()[2]


def node_version(folder):
    return run(["node", "-p", f"require('{folder}/node_modules/pg/package.json').version"]).stdout


def java_command(name):
    return lambda folder, target: ["java", "-Xshare:auto", "-XX:TieredStopAtLevel=1", "-cp", f"{folder}:{JDBC}", name,
                                   *target.words()]


CLIENTS = [
    Client("psql", psql_version, lambda folder, target: ["psql", "-X", "-a", target.dsn(), "-f", folder / "client.sql"]),
    Client("psycopg", package("python3-psycopg2", "python3-psycopg"),
           lambda folder, target: [PYTHON, "-B", folder / "client_psycopg.py", target.dsn()]),
    Client("psycopg3", package("python3-psycopg"), python("client_psycopg3.py")),
    Client("libpq", package("libpq5"), lambda folder, target: [folder / "PGVEIL_LIBPQ_CLIENT", target.dsn()],
           compiled("PGVEIL_LIBPQ_CLIENT")),
    Client("libpq-pipeline", package("libpq5"), lambda folder, target: [folder / "PGVEIL_PIPELINE_CLIENT", target.dsn()],
           compiled("PGVEIL_PIPELINE_CLIENT")),
    Client("libpqxx", package("libpqxx-dev"), lambda folder, target: [folder / "PGVEIL_PQXX_CLIENT"],
           compiled("PGVEIL_PQXX_CLIENT")),
    Client("jdbc", package("libpostgresql-jdbc-java"), java_command("Client"), java),
    Client("jdbc-modes", package("libpostgresql-jdbc-java"), java_command("ClientModes"), java),
    Client("node-postgres", node_version, lambda folder, target: ["node", "--no-deprecation", folder / "client.js", *target.words()], node),
    Client("asyncpg", package("python3-asyncpg"), python("client_asyncpg.py")),
    Client("lib-pq", package("golang-github-lib-pq-dev"), lambda folder, target: [folder / "go_client"], go),
    Client("php", package("php8.2-pgsql"), lambda folder, target: ["php", "-n", "-d", "extension=pgsql", "-d", "extension=pdo", "-d",
                                                                 "extension=pdo_pgsql", folder / "client.php"]),
    Client("ruby-pg", package("ruby-pg"), lambda folder, target: ["/usr/bin/ruby", folder / "client.rb"]),
    Client("dbd-pg", package("libdbd-pg-perl"), lambda folder, target: ["/usr/bin/perl", folder / "client.pl"]),
    Client("odbc", package("odbc-postgresql", "python3-pyodbc"), python("client_odbc.py")),
    Client("sqlalchemy", package("python3-sqlalchemy"), python("client_sqlalchemy.py")),
    Client("django", package("python3-django"), python("client_django.py")),
]


def choose(names):
    unknown = set(names) - {client.name for client in CLIENTS}
    if unknown:
        sys.exit(f"no such client: {', '.join(sorted(unknown))}")
    return [client for client in CLIENTS if not names or client.name in names]
