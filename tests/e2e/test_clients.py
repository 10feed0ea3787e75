"""Real clients: psql, libpq, psycopg2 and psycopg 3, JDBC, node-postgres. Each runs the same program through
pgveil and directly on the oracle database of its role; what it prints must be the same, line by line."""
import difflib
import os
import shutil
from pathlib import Path

import oracle
from harness import LOGIN_OF_ROLE, PASSWORDS, Checks, Cluster, Pgveil, Workspace, load_clinic, run

HERE = Path(__file__).parent / "clients"
JDBC = Path("/usr/share/java/postgresql.jar")


class Target:
    def __init__(self, port, database, login):
        self.port, self.database, self.login, self.password = str(port), database, login, PASSWORDS[login]

    def dsn(self):
        return f"host=127.0.0.1 port={self.port} dbname={self.database} user={self.login} password={self.password} " \
               "sslmode=disable connect_timeout=20"


def psql(target):
    return run(["psql", "-X", "-a", target.dsn(), "-f", HERE / "client.sql"], check=False, timeout=300)


def psycopg(target):
    return run(["/usr/bin/python3", "-B", HERE / "client_psycopg.py", target.dsn()], check=False, timeout=300)


def libpq(target):
    return run([os.environ["PGVEIL_LIBPQ_CLIENT"], target.dsn()], check=False, timeout=300)


def jdbc(target):
    return run(["java", "-Xshare:auto", "-XX:TieredStopAtLevel=1", "-cp", f"{target.classes}:{JDBC}", "Client", target.port,
                target.database, target.login, target.password], check=False, timeout=300)


def node(target):
    return run(["node", HERE / "client.js", target.port, target.database, target.login, target.password], check=False,
               timeout=300, env={"NODE_PATH": os.environ["PGVEIL_NODE_PATH"]})


def clients(workspace):
    """(name, function) of those that this machine has; the others are named as skipped."""
    found = [("psql", psql), ("psycopg", psycopg)]
    classes = workspace.directory("classes", 0o755)
    Target.classes = classes
    if os.environ.get("PGVEIL_LIBPQ_CLIENT"):
        target = workspace.path / "libpq_client"
        shutil.copy(os.environ["PGVEIL_LIBPQ_CLIENT"], target)  # within reach of the unprivileged account
        target.chmod(0o755)
        os.environ["PGVEIL_LIBPQ_CLIENT"] = str(target)
        found.append(("libpq", libpq))
    if shutil.which("javac") and JDBC.exists():
        run(["javac", "-d", classes, HERE / "Client.java"], timeout=300)
        found.append(("jdbc", jdbc))
    if shutil.which("node") and os.environ.get("PGVEIL_NODE_PATH"):
        modules = workspace.path / "node_modules"
        shutil.copytree(os.environ["PGVEIL_NODE_PATH"], modules, symlinks=True)
        os.environ["PGVEIL_NODE_PATH"] = str(modules)
        found.append(("node-postgres", node))
    for name in ("libpq", "jdbc", "node-postgres"):
        if name not in dict(found):
            print(f"skipped: {name} is not on this machine")
    return found


def readable(workspace):
    """The sources may lie where the unprivileged account cannot look (root's home): copy the programs."""
    global HERE
    shutil.copytree(HERE, workspace.path / "clients")
    HERE = workspace.path / "clients"


def main():
    checks = Checks("clients")
    workspace = Workspace("clients")
    readable(workspace)
    cluster = Cluster(workspace).start()
    load_clinic(cluster)
    oracles = {role: oracle.create(cluster, role) for role in ("clinician",)}
    found = clients(workspace)
    direct_only = not os.environ.get("PGVEIL_BINARY")
    pgveil = None if direct_only else Pgveil(workspace, cluster).prepare().start()
    for role, database in oracles.items():
        login = LOGIN_OF_ROLE[role]
        for name, client in found:
            want = client(Target(cluster.port, database, login))
            checks.equal(want.returncode, 0 if name != "psql" else want.returncode, f"{name} works on PostgreSQL: "
                         f"{want.stderr[-300:]}")
            if direct_only:
                print(want.stdout[-int(os.environ.get("PGVEIL_SHOW", "0")):])
                continue
            got = client(Target(pgveil.port, "clinic", login))
            lines = list(difflib.unified_diff(want.stdout.splitlines(), got.stdout.splitlines(), "oracle", "pgveil",
                                              lineterm="", n=1))
            errors = list(difflib.unified_diff(want.stderr.splitlines(), got.stderr.splitlines(), "oracle", "pgveil",
                                               lineterm="", n=1))
            checks.that(not lines, f"{name} as {role} prints the same:\n" + "\n".join(lines[:60]))
            checks.that(not errors, f"{name} as {role} reports the same:\n" + "\n".join(errors[:40]))
            print(f"{name} as {role}: {len(want.stdout.splitlines())} lines compared")
    if pgveil:
        checks.that(pgveil.alive(), "pgveil still runs")
        checks.equal(pgveil.stop(), 0, "exit code of pgveil")
    cluster.stop()
    checks.finish()


if __name__ == "__main__":
    main()
