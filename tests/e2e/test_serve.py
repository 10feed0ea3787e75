"""`pgveil serve` as a service: several servers, the time-out of roles, what SIGHUP reads again, and an upgrade in which
a second process takes the port over while clients come and go."""
import json
import signal
import threading
import time

from certificates import certificates, make_certificate
from harness import CLINIC, Checks, Cluster, Pgveil, Workspace, free_port, load_clinic, standby_of
from wire import LoginError, Wire, WireError, cstr, error_fields, frame, tls_context

checks = Checks("pgveil serve")
POLICY_TIMEOUT = '\nidle_timeout = "1s"\n'


def idle_timeout(pgveil, policy):
    """The front desk is logged out after a second, a clinician is not; in a transaction as well."""
    idle, block, busy = (pgveil.connect("reception") for _ in range(3))
    other = pgveil.connect("dr_adams")
    block.query("BEGIN")
    busy.send(frame(b"Q", cstr("SELECT pg_sleep(3), 'done'")))
    for connection, what in ((idle, "idle"), (block, "idle in a transaction")):
        started = time.monotonic()
        kind, body = connection.receive()
        checks.equal((kind, error_fields(body)["C"]), ("E", "57P05"), f"{what}: ended")
        checks.that(time.monotonic() - started < 3, "soon")
    checks.equal(busy.until_ready().text(), [("", "done")], "a long statement is not idleness")
    checks.equal(busy.query("SELECT 1").error, None, "nor is the time of its answer")
    checks.equal(other.query("SELECT 1").error, None, "a role without idle_timeout stays")
    # A new policy counts for sessions that exist.
    pgveil.write("policy.toml", policy.replace(POLICY_TIMEOUT, "\n"))
    pgveil.process.send_signal(signal.SIGHUP)
    time.sleep(0.4)
    lasting = pgveil.connect("reception")
    time.sleep(2.5)
    checks.equal(lasting.query("SELECT 1").error, None, "the time-out is taken back by SIGHUP")
    pgveil.write("policy.toml", policy)
    pgveil.process.send_signal(signal.SIGHUP)
    kind, body = lasting.receive()
    checks.equal((kind, error_fields(body)["C"]), ("E", "57P05"), "and given again")
    other.close()


def failover(workspace, cluster, first):
    """The primary dies and its standby is promoted: sealed columns are read and written on that one."""
    standby = standby_of(workspace, cluster)
    pgveil = Pgveil(workspace, cluster, name="failover", upstream_tls='target_session_attrs = "primary"')
    text = pgveil.config.read_text()
    text = text.replace(f'host = "127.0.0.1"\nport = {cluster.port}\n',
                        f'host = ["127.0.0.1", "127.0.0.1"]\nport = [{cluster.port}, {standby.port}]\n', 1)
    text = text.replace(f'admin = "host=127.0.0.1 port={cluster.port} dbname=clinic ', 'admin = "', 1)
    pgveil.write("pgveil.toml", text)
    pgveil.use_key(first.directory / "kek")
    pgveil.start()
    before = pgveil.sql("dr_adams", "SELECT last_name FROM patients WHERE id = 3")
    broken = pgveil.connect("dr_adams")
    cluster.stop(signal.SIGQUIT)
    try:
        told = broken.query("SELECT 1").sqlstate
    except WireError:
        told = "closed"
    broken.close()
    checks.that(told in ("57P01", "57P02", "08006", "closed"), f"a session on the old primary ends: {told}")
    standby.sql("postgres", "SELECT pg_promote()")
    deadline = time.monotonic() + 30
    while True:
        try:
            after = pgveil.sql("dr_adams", "SELECT last_name FROM patients WHERE id = 3")
            break
        except (LoginError, WireError) as problem:  # until the control plane has found it too
            if time.monotonic() > deadline:
                after = repr(problem)
                break
            time.sleep(0.2)
    checks.equal(after, before, "sealed columns are read from the promoted standby")
    checks.equal(pgveil.sql("dr_adams", "SELECT upper(last_name) FROM patients WHERE id = 3"),
                 [(before[0][0].upper(),)], "and slices")
    connection = pgveil.connect("dr_adams")
    checks.equal(connection.query("UPDATE patients SET last_name = 'Failover' WHERE id = 3").error, None, "written")
    checks.equal(connection.query("SELECT last_name FROM patients WHERE id = 3").text(), [("Failover",)], "and read")
    connection.close()
    checks.equal(pgveil.stop(), 0, "stops well")
    reasons = [record["reason"] for record in records(pgveil) if record["kind"] == "logout"]
    checks.that("server" in reasons and "terminate" in reasons, f"the audit log says why sessions ended: {reasons}")
    standby.stop()
    cluster.start()


def records(pgveil):
    lines = []
    for path in sorted(pgveil.audit.rglob("*")):
        if path.is_file() and path.suffix in (".jsonl", ".log", ".json"):
            lines += path.read_text().splitlines()
    return [json.loads(line) for line in lines]


def reload_tls(pgveil, workspace, folder):
    trusted = tls_context(folder / "root.crt")
    lasting = pgveil.connect("dr_adams", tls=trusted)
    def serial():
        connection = pgveil.connect("dr_adams", tls=trusted)
        number = connection.sock.getpeercert()["serialNumber"]
        connection.close()
        return number
    first = serial()
    make_certificate(workspace, folder, "server", "localhost")
    pgveil.process.send_signal(signal.SIGHUP)
    time.sleep(0.5)
    checks.that(serial() != first, "SIGHUP reads the certificate again")
    checks.equal(lasting.query("SELECT last_name IS NOT NULL FROM patients WHERE id = 1").text(), [("t",)],
                 "a session lives on")
    lasting.close()


class Loop(threading.Thread):
    def __init__(self, pgveil):
        super().__init__(daemon=True)
        self.pgveil, self.running, self.done, self.failures = pgveil, True, 0, []
        self.start()

    def run(self):
        while self.running:
            try:
                connection = self.pgveil.connect("dr_adams")
                rows = connection.query("SELECT last_name FROM patients WHERE id = 3").text()
                connection.close()
                self.done += 1
                if not rows or rows[0][0].startswith("\\x"):
                    self.failures.append(rows)
            except (OSError, WireError, LoginError) as problem:
                self.failures.append(repr(problem))


def upgrade(workspace, cluster, first):
    """The second process has its own audit log, takes the port, and the first stops."""
    second = Pgveil(workspace, cluster, name="second", port=first.port, listen="reuse_port = true",
                    limits='drain_time = "2s"')
    second.use_key(first.directory / "kek")
    loops = [Loop(first), Loop(first)]
    time.sleep(0.5)
    before = sum(loop.done for loop in loops)
    second.start()
    checks.equal(first.stop(), 0, "the first process ends well")
    during = sum(loop.done for loop in loops)
    time.sleep(1)
    for loop in loops:
        loop.running = False
    for loop in loops:
        loop.join(30)
    done = sum(loop.done for loop in loops)
    checks.equal([f for loop in loops for f in loop.failures], [], f"{done} connections, none lost")
    checks.that(before < during < done, f"connections before, during and after: {before} {during} {done}")
    for one in (first, second):
        checks.equal(one.command("audit", "verify", check=False).returncode, 0, f"the audit log of {one.name}")
    checks.equal(second.stop(), 0, "the second process ends well")


def main():
    workspace = Workspace("serve")
    folder = certificates(workspace)
    cluster = Cluster(workspace).start()
    load_clinic(cluster, patients=20, visits=20)
    policy = (CLINIC / "policy.toml").read_text()
    policy = policy.replace("[role.front_desk]\n", "[role.front_desk]" + POLICY_TIMEOUT, 1)
    # The control plane finds its server by [upstream]; the first of the hosts is nobody.
    first = Pgveil(workspace, cluster, name="first", policy=policy, listen="reuse_port = true",
                   limits='drain_time = "2s"', upstream_tls='target_session_attrs = "primary"')
    text = first.config.read_text()
    text = text.replace(f'host = "127.0.0.1"\nport = {cluster.port}\n',
                        f'host = ["127.0.0.1", "127.0.0.1"]\nport = [{free_port()}, {cluster.port}]\n', 1)
    text = text.replace(f'admin = "host=127.0.0.1 port={cluster.port} dbname=clinic ', 'admin = "', 1)
    checks.that("admin = \"user=" in text and "port = [" in text, "the configuration has two hosts")
    first.write("pgveil.toml", text)
    first.prepare().start()
    idle_timeout(first, policy)
    upgrade(workspace, cluster, first)
    reasons = {record["reason"] for record in records(first) if record["kind"] == "logout"}
    checks.that({"idle_timeout", "terminate"} <= reasons, f"the audit log says why sessions ended: {reasons}")
    failover(workspace, cluster, first)

    tls = Pgveil(workspace, cluster, name="tls", tls=f'certificate = "{folder}/server.crt"\nkey = "{folder}/server.key"')
    tls.use_key(first.directory / "kek")
    tls.start()
    reload_tls(tls, workspace, folder)
    checks.equal(tls.stop(), 0, "stops well")
    cluster.stop()
    checks.finish()


main()
