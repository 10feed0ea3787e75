"""The listening side: balancers, unix sockets, keep-alive, handing the port over to another process, many sessions.

    test_listening.py <pass_through binary> [key=value …]
"""
import grp
import os
import shutil
import socket
import stat
import struct
import threading
import time

from certificates import certificates
from fake_server import FakeServer
from harness import Cluster, Workspace, run
from net_proxy import SANITIZED, SSL_REQUEST, Proxy, checks, login_error, read_all, startup
from wire import LoginError, Wire, WireError, cstr, error_fields, frame, tls_context


def proxy_header(address, port, command=0x21, extra=b"", signature=b"\r\n\r\n\0\r\nQUIT\n"):
    v6 = ":" in address
    family = socket.AF_INET6 if v6 else socket.AF_INET
    packed = socket.inet_pton(family, address)
    body = packed + packed + struct.pack("!HH", port, 6432) + extra
    return signature + bytes([command, 0x21 if v6 else 0x11]) + struct.pack("!H", len(body)) + body


def test_balancer(cluster, admin, folder):
    proxy = Proxy(port=cluster.port, admin=admin, tls="allow", certificate=folder / "server.crt",
                  key=folder / "server.key", proxy_from="127.0.0.0/8")
    hello = startup([("user", "amy"), ("database", "postgres")])
    tlv = b"\x04\x00\x03abc"
    for header, address in ((proxy_header("203.0.113.7", 4711), "203.0.113.7:4711"),
                            (proxy_header("203.0.113.7", 4711, extra=tlv), "203.0.113.7:4711"),
                            (proxy_header("2001:db8::7", 99), "[2001:db8::7]:99"),
                            (proxy_header("203.0.113.7", 1, command=0x20), "127.0.0.1:")):
        sock = proxy.raw()
        for i in range(0, len(header), 5):
            sock.sendall(header[i:i + 5])
            time.sleep(0.002)
        sock.sendall(hello)
        checks.equal(sock.recv(1), b"R", f"a login behind {header[12]:#x} for {address}")
        sock.sendall(frame(b"Q", cstr("SELECT 1")))  # ends the login, which is logged
        read_all(sock)
        time.sleep(0.1)
        checks.that(any(f"login amy from {address}" in line for line in proxy.log), f"the client's address: {address}")
    sock = proxy.raw()
    sock.sendall(proxy_header("203.0.113.8", 1) + SSL_REQUEST)
    checks.equal(sock.recv(1), b"S", "TLS behind the header")
    sock.close()
    for what, data in (("no header", hello), ("another signature", proxy_header("1.2.3.4", 5, signature=b"PROXY TCP4 1.")),
                       ("another version", proxy_header("1.2.3.4", 5, command=0x31)),
                       ("a length beyond all bounds", proxy_header("1.2.3.4", 5, extra=bytes(5000)))):
        sock = proxy.raw()
        sock.sendall(data)
        checks.equal(read_all(sock), b"", f"{what}: closed")
    proxy.stop()
    proxy = Proxy(port=cluster.port, admin=admin, proxy_from="10.0.0.0/8")
    checks.equal(login_error(proxy.connect)["C"], "00000", "others send none")
    sock = proxy.raw()
    sock.sendall(proxy_header("203.0.113.7", 4711) + hello)
    checks.that(b"R" != read_all(sock)[:1], "and a header of theirs is not believed")
    proxy.stop()


def test_unix_socket(workspace, cluster, admin):
    folder = workspace.directory("sockets", 0o755)
    group = grp.getgrgid(os.getgid()).gr_name
    proxy = Proxy(port=cluster.port, admin=admin, unix_dir=folder, unix_permissions="0770", unix_group=group)
    path = folder / f".s.PGSQL.{proxy.port}"
    state = path.stat()
    checks.equal((stat.S_IMODE(state.st_mode), state.st_gid), (0o770, os.getgid()), "mode and group of the socket")
    connection = Wire(str(folder), proxy.port, "amy", "amy-secret", "postgres")
    checks.equal(connection.query("SELECT 1").text(), [("1",)], "a session over it")
    connection.close()
    proxy.stop()
    checks.that(not list(folder.iterdir()), "nothing is left behind")
    left = socket.socket(socket.AF_UNIX)
    left.bind(str(path))
    left.close()  # as after a crash
    proxy = Proxy(port=cluster.port, admin=admin, unix_dir=folder, listen_port=path.name.split(".")[-1])
    connection = Wire(str(folder), proxy.port, "amy", "amy-secret", "postgres")
    connection.close()
    checks.that(True, "a socket that was left behind is replaced")
    proxy.stop()


def test_keepalive(cluster, admin):
    proxy = Proxy(port=cluster.port, admin=admin, keepalive_idle=33, user_timeout=12000)
    connection = proxy.connect()
    time.sleep(0.5)  # until nothing waits to be acknowledged
    if shutil.which("ss"):
        timers = run(["ss", "-tnoH", "sport", "=", f":{proxy.port}"]).stdout
        checks.that("keepalive,3" in timers, f"keep-alive after 33 s: {timers}")
    connection.close()
    proxy.stop()


# ---------------------------------------------------------------- another process takes over

class Loop(threading.Thread):
    """Connects, asks, disconnects, for ever; keeps what went wrong."""

    def __init__(self, connect):
        super().__init__(daemon=True)
        self.connect, self.running, self.done, self.failures = connect, True, 0, []
        self.start()

    def run(self):
        while self.running:
            try:
                connection = self.connect()
                got = connection.query("SELECT 6*7").text()
                connection.close()
                if got != [("42",)]:
                    self.failures.append(got)
                self.done += 1
            except (OSError, WireError, LoginError) as problem:
                self.failures.append(repr(problem))


def test_take_over(workspace, cluster, users):
    folder = workspace.directory("take-over", 0o755)
    options = {"port": cluster.port, "users": users, "reuse_port": 1, "drain_time": 1500, "unix_dir": folder}
    old = Proxy(**options)
    address = {"listen_port": old.port}
    def over_tcp():
        return Wire("127.0.0.1", old.port, "amy", "amy-secret", "postgres")
    def over_unix():
        return Wire(str(folder), old.port, "amy", "amy-secret", "postgres")
    loops = [Loop(over_tcp), Loop(over_tcp), Loop(over_unix)]
    idle = over_tcp()
    busy = over_tcp()
    rounds = 1 if SANITIZED else 3
    current = old
    for _ in range(rounds):
        time.sleep(0.5)
        new = Proxy(**options, **address)
        if current is old:
            busy.send(frame(b"Q", cstr("SELECT pg_sleep(2), 'done'")))
        current.stop()
        current = new
    time.sleep(0.5)
    for loop in loops:
        loop.running = False
    for loop in loops:
        loop.join(20)
    done, failures = sum(loop.done for loop in loops), [f for loop in loops for f in loop.failures]
    checks.equal(failures, [], f"{rounds} take-overs, {done} connections, none lost")
    checks.that(done > 20 * rounds, f"connections meanwhile: {done}")
    checks.equal(busy.until_ready().text(), [("", "done")], "a statement that ran is finished first")
    kind, body = idle.receive()
    checks.equal((kind, error_fields(body)["C"]), ("E", "57P01"), "a session that idles is told")
    checks.equal(over_unix().query("SELECT 1").text(), [("1",)], "the unix socket is the new one's")
    started = int(current.stop()["sessions"])
    checks.that(started > 5, f"the last process served {started} sessions")


# ---------------------------------------------------------------- many sessions

def test_many(admin, folder=None):
    server, what = FakeServer(answer=b"x" * 100), "over TLS" if folder else "without TLS"
    files = {"tls": "require", "certificate": folder / "server.crt", "key": folder / "server.key"} if folder else {}
    trusted = tls_context(folder / "root.crt") if folder else None
    idle_count, busy_count = (200, 50) if SANITIZED else (1000, 200)
    proxy = Proxy(admin=admin, port=server.port, max_connections=idle_count + busy_count, io_threads=2,
                  **files)
    warm = [proxy.connect(tls=trusted) for _ in range(20)]
    before = proxy.rss()
    idle = [proxy.connect(tls=trusted) for _ in range(idle_count - len(warm))]
    each = (proxy.rss() - before) / len(idle)
    print(f"memory of an idle session {what}: {each:.1f} kB (of {idle_count})", flush=True)
    checks.that(each < (600 if SANITIZED else 100), f"memory of an idle session {what}: {each:.1f} kB")
    busy = [proxy.connect(tls=trusted) for _ in range(busy_count)]
    wrong = []
    def work(connections):
        for _ in range(20):
            for connection in connections:
                connection.send(frame(b"Q", cstr("SELECT 1")))
            for connection in connections:
                if connection.until_ready().tag != "SELECT 1":
                    wrong.append(connection)
    threads = [threading.Thread(target=work, args=(busy[at::8],)) for at in range(8)]
    started = time.monotonic()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    grown = proxy.rss() - before
    print(f"{busy_count} busy sessions {what}: {20 * busy_count / (time.monotonic() - started):.0f} statements/s, "
          f"{grown / 1024:.0f} MB in all", flush=True)
    checks.equal(wrong, [], "answers of the busy sessions")
    checks.that(grown < (1_000_000 if SANITIZED else 200_000), f"memory of all sessions: {grown} kB")
    for connection in warm + idle + busy:
        connection.close()
    checks.equal(proxy.stop(30)["sessions"], str(idle_count + busy_count), "sessions")
    server.stop()


def main():
    workspace = Workspace("listening")
    folder = certificates(workspace)
    cluster = Cluster(workspace).start()
    cluster.sql("postgres", "CREATE ROLE amy LOGIN PASSWORD 'amy-secret'")
    verifier = cluster.sql("postgres", "SELECT rolpassword FROM pg_authid WHERE rolname = 'amy'")
    users = workspace.write("users.txt", f"amy\t{verifier}\n", 0o644)
    admin = f"host={cluster.sockets} port={cluster.port} user=postgres dbname=postgres"
    test_balancer(cluster, admin, folder)
    test_unix_socket(workspace, cluster, admin)
    test_keepalive(cluster, admin)
    test_take_over(workspace, cluster, users)
    test_many(admin)
    test_many(admin, folder)
    checks.finish()


main()
