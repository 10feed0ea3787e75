"""proxy/net against a real PostgreSQL, with a Brain that passes every byte: start-up in all its forms, TLS on
both sides, logins, cancels, flow control, half-closed and lost connections, shutdown.

    test_net.py <pass_through binary> [key=value …]      brain=real: with the session logic itself
"""
import os
import shutil
import signal
import socket
import struct
import threading
import time

from certificates import certificates
from harness import Cluster, Workspace, free_port, run
from net_proxy import (GSS_REQUEST, SANITIZER, SLACK, SSL_REQUEST, Proxy, checks, login_error, read_all, startup)
from wire import Wire, WireError, cancel, cstr, error_fields, frame, tls_context

# ---------------------------------------------------------------- start-up

def exchange(proxy, data):
    sock = proxy.raw()
    sock.sendall(data)
    got = read_all(sock)
    sock.close()
    return got


def test_startup(proxy):
    checks.equal(exchange(proxy, SSL_REQUEST + b"x"), b"", "bytes behind SSLRequest: closed without an answer")
    checks.equal(exchange(proxy, GSS_REQUEST + b"x"), b"", "bytes behind GSSENCRequest: closed")
    checks.equal(exchange(proxy, struct.pack("!I", 10005) + b"x" * 100), b"", "too long a packet: closed")
    checks.equal(exchange(proxy, struct.pack("!I", 3)), b"", "too short a packet: closed")
    checks.equal(exchange(proxy, b"\x16\x03\x01"), b"", "direct TLS without TLS: closed")

    got = exchange(proxy, startup([("user", "amy")], version=0x00020000))
    checks.equal(got, b"EFATAL:  unsupported frontend protocol 2.0: server supports 3.0 to 3.0\n\0", "version 2")
    got = exchange(proxy, startup([], raw=cstr("user") + cstr("amy")))
    checks.equal(error_fields(got[5:]).get("C"), "08P01", "no terminator")
    got = exchange(proxy, startup([("database", "postgres")]))
    checks.equal(error_fields(got[5:]).get("C"), "28000", "no user")
    got = exchange(proxy, startup([("user", "amy"), ("replication", "true")]))
    checks.equal(error_fields(got[5:]).get("C"), "0A000", "replication")

    sock = proxy.raw()
    sock.sendall(GSS_REQUEST)
    checks.equal(sock.recv(1), b"N", "GSSENCRequest")
    sock.sendall(SSL_REQUEST)
    checks.equal(sock.recv(1), b"N", "SSLRequest without TLS")
    sock.sendall(startup([("user", "amy"), ("database", "postgres"), ("_pq_.x", "1")], version=0x0003270f))
    got = sock.recv(4096)
    checks.equal(got[:1] + got[5:13], b"v" + struct.pack("!II", 0x00030000, 1), "minor version and _pq_ option")
    sock.sendall(SSL_REQUEST)
    sock.close()

    sock = proxy.raw()
    sock.sendall(SSL_REQUEST)
    checks.equal(sock.recv(1), b"N", "SSLRequest")
    sock.sendall(SSL_REQUEST)
    checks.equal(read_all(sock), b"", "a second SSLRequest: closed")

    packet = startup([("user", "amy"), ("database", "postgres")])
    sock = proxy.raw()
    for byte in packet:
        sock.sendall(bytes([byte]))
        time.sleep(0.001)
    checks.equal(sock.recv(1), b"R", "a start-up packet byte by byte")
    sock.sendall(frame(b"Q", cstr("SELECT 1")))
    got = read_all(sock)
    checks.that(b"08P01" in got, "a Query in place of a password")


def test_logins(proxy, cluster):
    connection = proxy.connect()
    checks.equal(connection.query("SELECT current_user::text").text(), [("amy",)], "logged in as the same user")
    direct = Wire("127.0.0.1", cluster.port, "amy", "amy-secret", "postgres")
    checks.equal(connection.parameters, direct.parameters, "the same ParameterStatus")
    pid = connection.query("SELECT pg_backend_pid()").text()[0][0]
    checks.equal(str(connection.backend_pid), pid, "the server's pid")
    connection.close()
    direct.close()

    wrong = login_error(lambda: proxy.connect(password="wrong"))
    unknown = login_error(lambda: proxy.connect(user="nobody"))
    checks.equal((wrong["C"], wrong["M"]), ("28P01", 'password authentication failed for user "amy"'), "wrong password")
    checks.equal((unknown["C"], unknown["M"]), ("28P01", 'password authentication failed for user "nobody"'),
                 "unknown user")
    checks.equal(login_error(lambda: proxy.connect(user="expired", password="x"))["C"], "28P01", "expired user")
    checks.equal(login_error(lambda: proxy.connect(database="nowhere"))["C"], "3D000", "the server's own FATAL")
    checks.equal(login_error(lambda: proxy.connect(options={"no_such_setting": "1"}))["C"], "42704", "bad setting")
    encoded = proxy.connect(options={"client_encoding": "LATIN1"})
    checks.equal(encoded.query("SHOW client_encoding").text(), [("LATIN1",)], "the client's own encoding")
    encoded.close()

    cluster.sql("postgres", "ALTER ROLE amy PASSWORD 'amy-other'")
    stale = login_error(proxy.connect)  # the cached verifier is no longer the server's
    checks.equal(stale["C"], "28P01", "a verifier that is not the server's")
    cluster.sql("postgres", "ALTER ROLE amy PASSWORD 'amy-secret'")
    checks.equal(login_error(proxy.connect)["C"], "00000", "fetched again after that")


def test_psql(proxy):
    result = run(["psql", "-X", "-A", "-t", "-d", f"host=127.0.0.1 port={proxy.port} user=amy dbname=postgres",
                  "-c", "SELECT 6*7"], env={"PGPASSWORD": "amy-secret"})
    checks.equal(result.stdout.strip(), "42", "psql")


# ---------------------------------------------------------------- sessions

def test_concurrent(proxy):
    wrong = []
    def work(number):
        connection = proxy.connect()
        for i in range(200):
            got = connection.query(f"SELECT {number} * 1000 + {i}").text()
            if got != [(str(number * 1000 + i),)]:
                wrong.append(got)
        connection.close()
    threads = [threading.Thread(target=work, args=(n,)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    checks.equal(wrong, [], "8 sessions at once")


def test_cancel(proxy, cluster):
    connection = proxy.connect()
    real = cluster.sql("postgres", "SELECT 1")
    checks.equal(real, "1", "server answers")
    started = time.monotonic()
    connection.send(frame(b"Q", cstr("SELECT pg_sleep(20)")))
    time.sleep(0.3)
    cancel("127.0.0.1", proxy.port, connection.backend_pid, b"\0\0\0\0")
    time.sleep(0.2)
    cancel("127.0.0.1", proxy.port, connection.backend_pid, connection.backend_key)
    got = connection.until_ready()
    checks.equal(got.sqlstate, "57014", "cancelled")
    checks.that(time.monotonic() - started < 10, "cancelled soon")
    for i in range(20):  # a cancel of an idle session does nothing to the next statement
        cancel("127.0.0.1", proxy.port, connection.backend_pid, connection.backend_key)
        checks.equal(connection.query("SELECT 1").error, None, "no late cancel")
    connection.close()


def test_large(proxy):
    """100 MB to a client that reads slowly: the proxy's memory stays bounded."""
    connection = proxy.connect(timeout=120)
    before = proxy.rss()
    connection.send(frame(b"Q", cstr("SELECT repeat('x', 10000) FROM generate_series(1, 10000)")))
    time.sleep(1.0)
    stalled = proxy.rss()
    checks.that(stalled - before < SLACK, f"memory while the client does not read{SANITIZER}: {before} -> {stalled} kB")
    got = connection.until_ready()
    checks.equal(got.tag, "SELECT 10000", "all rows")
    checks.equal(sum(len(row[0]) for row in got.rows), 100_000_000, "all bytes")
    after = proxy.rss()
    checks.that(after - before < SLACK, f"memory afterwards{SANITIZER}: {before} -> {after} kB")
    connection.close()


def test_both_full(proxy):
    """Megabytes of statements sent before anything is read."""
    connection = proxy.connect(timeout=120)
    count, text = 60, "SELECT length('" + "x" * 100_000 + "')"
    sender = threading.Thread(target=lambda: connection.send(frame(b"Q", cstr(text)) * count))
    sender.start()
    time.sleep(0.3)
    for _ in range(count):
        got = connection.until_ready()
        if got.text() != [("100000",)]:
            checks.that(False, f"pipelined answer: {got}")
            break
    sender.join(30)
    checks.that(not sender.is_alive(), "a client that sends ahead is not blocked for ever")
    connection.close()


def test_ends(proxy, cluster):
    connection = proxy.connect()
    connection.send(frame(b"Q", cstr("SELECT 'last'")) )
    connection.sock.shutdown(socket.SHUT_WR)
    got = connection.until_ready()
    checks.equal(got.text(), [("last",)], "a half-closed client gets its answer")

    connection = proxy.connect()
    connection.send(frame(b"Q", cstr("SELECT pg_sleep(30)")))
    time.sleep(0.3)
    connection.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.sock.close()  # a reset
    gone = False
    for _ in range(100):
        gone = cluster.sql("postgres", "SELECT count(*) FROM pg_stat_activity WHERE usename = 'amy' AND "
                                       "query LIKE '%pg_sleep(30)%' AND state = 'active'") == "0"
        if gone:
            break
        time.sleep(0.1)
    checks.that(gone, "a statement whose client is gone is cancelled")

    connection = proxy.connect()
    cluster.sql("postgres", f"SELECT pg_terminate_backend({connection.backend_pid})")
    kind, body = connection.receive()
    checks.equal((kind, error_fields(body)["C"]), ("E", "57P01"), "a terminated backend's own FATAL")
    checks.equal(read_all(connection.sock), b"", "and the end")

    connection = proxy.connect()
    connection.send(frame(b"X"))
    checks.equal(read_all(connection.sock), b"", "Terminate")


def test_limits(cluster, admin):
    proxy = Proxy(port=cluster.port, admin=admin, login_timeout=500, idle_timeout=700, max_connections=2)
    sock = proxy.raw()
    started = time.monotonic()
    checks.equal(read_all(sock), b"", "silence before the login: closed")
    checks.that(0.3 < time.monotonic() - started < 3, "after login_timeout")
    first = proxy.connect()
    second = proxy.connect()
    checks.equal(login_error(proxy.connect)["C"], "53300", "too many")
    first.query("SELECT pg_sleep(1)")
    kind, body = second.receive()
    checks.equal((kind, error_fields(body)["C"]), ("E", "57P05"), "idle_timeout")
    checks.equal(first.query("SELECT 1").error, None, "a busy session is not idle")
    proxy.stop()


def test_shutdown(cluster, admin):
    proxy = Proxy(port=cluster.port, admin=admin)
    idle, busy, stuck = proxy.connect(), proxy.connect(), proxy.connect()
    busy.send(frame(b"Q", cstr("SELECT pg_sleep(0.7), 'done'")))
    stuck.send(frame(b"Q", cstr("SELECT pg_sleep(60)")))
    half = proxy.raw()
    time.sleep(0.2)
    proxy.process.send_signal(signal.SIGTERM)
    kind, body = idle.receive()
    checks.equal((kind, error_fields(body)["C"]), ("E", "57P01"), "idle at shutdown")
    got = busy.until_ready()
    checks.equal(got.text(), [("", "done")], "busy at shutdown: finished first")
    kind, body = busy.receive()
    checks.equal((kind, error_fields(body)["C"]), ("E", "57P01"), "and then ended")
    checks.equal(read_all(half), b"", "a login at shutdown")
    codes = []
    try:
        while True:
            kind, body = stuck.receive()
            codes += [error_fields(body)["C"]] if kind == "E" else []
    except WireError:
        pass
    checks.that("57P01" in codes, f"stuck at shutdown: {codes}")
    proxy.stop()


def test_unreachable(admin):
    proxy = Proxy(port=free_port(), admin=admin)
    checks.equal(login_error(proxy.connect)["C"], "08006", "no server")
    proxy.stop()
    proxy = Proxy(port=free_port(), admin="host=/nonexistent")
    checks.equal(login_error(proxy.connect)["C"], "57P03", "no verifiers")
    proxy.stop()


def test_server_dies(cluster, admin):
    proxy = Proxy(port=cluster.port, admin=admin)
    connection = proxy.connect()
    connection.send(frame(b"Q", cstr("SELECT pg_sleep(60)")))
    time.sleep(0.3)
    cluster.stop(signal.SIGQUIT)
    codes = []
    try:
        while True:
            kind, body = connection.receive()
            codes += [error_fields(body)["C"]] if kind == "E" else []
    except WireError:
        pass
    checks.that(codes and codes[-1] in ("57P01", "57P02", "08006"), f"the server dies: {codes}")
    proxy.stop()


# ---------------------------------------------------------------- TLS

def test_tls(cluster, admin, folder, users):
    files = {"certificate": folder / "server.crt", "key": folder / "server.key"}
    trusted = tls_context(folder / "root.crt")
    for sslmode in ("prefer", "require", "verify-ca", "verify-full"):
        proxy = Proxy(port=cluster.port, admin=admin, tls="require", sslmode=sslmode,
                      sslrootcert=folder / "root.crt", **files)
        connection = proxy.connect(tls=trusted)
        checks.equal(connection.query("SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()").text(), [("t",)],
                     f"TLS on both sides, {sslmode}")
        connection.close()
        proxy.stop()

    proxy = Proxy(port=cluster.port, users=users, tls="require", sslmode="require", unix_dir=folder, **files)
    checks.equal(login_error(proxy.connect)["C"], "28000", "plain text where TLS is required")
    local = Wire(str(folder), proxy.port, "amy", "amy-secret", "postgres")
    checks.equal(local.query("SELECT 1").text(), [("1",)], "unix socket, verifiers from a file")
    local.close()
    for binding in ("disable", "prefer", "require"):
        result = run(["psql", "-X", "-A", "-t", "-d",
                      f"host=127.0.0.1 port={proxy.port} user=amy dbname=postgres sslmode=verify-full "
                      f"sslrootcert={folder / 'root.crt'} channel_binding={binding}", "-c", "SELECT 6*7"],
                     env={"PGPASSWORD": "amy-secret"}, check=False)
        checks.equal(result.stdout.strip(), "42", f"psql with channel_binding={binding}: {result.stderr}")
    connection = proxy.connect(tls=trusted, timeout=120)
    got = connection.query("SELECT repeat('x', 10000) FROM generate_series(1, 2000)")
    checks.equal(sum(len(row[0]) for row in got.rows), 20_000_000, "20 MB through TLS on both sides")
    connection.send(frame(b"Q", cstr("SELECT pg_sleep(20)")))
    time.sleep(0.3)
    cancel("127.0.0.1", proxy.port, connection.backend_pid, connection.backend_key)
    checks.equal(connection.until_ready().sqlstate, "57014", "a plain cancel of a TLS session")
    connection.close()

    sock = proxy.raw()
    sock.sendall(SSL_REQUEST + startup([("user", "amy")]))
    checks.equal(read_all(sock), b"", "injected plain text behind SSLRequest: closed")
    direct = tls_context(folder / "root.crt")
    direct.set_alpn_protocols(["postgresql"])
    sock = direct.wrap_socket(proxy.raw(), server_hostname="127.0.0.1")
    sock.sendall(SSL_REQUEST)
    checks.equal(sock.recv(1), b"N", "direct TLS; SSLRequest inside it")
    sock.sendall(startup([("user", "amy"), ("database", "postgres")]))
    checks.equal(sock.recv(1), b"R", "login over direct TLS")
    sock.close()
    try:
        sock = trusted.wrap_socket(proxy.raw(), server_hostname="127.0.0.1")
        checks.equal(read_all(sock), b"", "direct TLS without ALPN")
    except OSError:
        pass
    proxy.stop()

    other = folder / "other.crt"
    run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
         "-subj", "/CN=other", "-keyout", folder / "other.key", "-out", other])
    proxy = Proxy(port=cluster.port, admin=admin, sslmode="verify-full", sslrootcert=other)
    checks.equal(login_error(proxy.connect)["C"], "08006", "an upstream certificate that is not trusted")
    proxy.stop()


def main():
    workspace = Workspace("net")
    folder = certificates(workspace)
    cluster = Cluster(workspace)
    for name in ("server.crt", "server.key"):
        shutil.copy(folder / name, cluster.data / name)
        workspace.own(cluster.data / name)
        os.chmod(cluster.data / name, 0o600)
    cluster.settings["ssl"] = "on"
    cluster.start()
    cluster.sql("postgres", "CREATE ROLE amy LOGIN PASSWORD 'amy-secret'")
    cluster.sql("postgres", "GRANT pg_read_all_stats TO amy")
    cluster.sql("postgres", "CREATE ROLE expired LOGIN PASSWORD 'x' VALID UNTIL '2001-01-01'")
    verifier = cluster.sql("postgres", "SELECT rolpassword FROM pg_authid WHERE rolname = 'amy'")
    admin = f"host={cluster.sockets} port={cluster.port} user=postgres dbname=postgres"

    proxy = Proxy(port=cluster.port, admin=admin)
    test_startup(proxy)
    test_psql(proxy)
    test_concurrent(proxy)
    test_cancel(proxy, cluster)
    test_large(proxy)
    test_both_full(proxy)
    test_ends(proxy, cluster)
    test_logins(proxy, cluster)
    proxy.stop()
    verifier = cluster.sql("postgres", "SELECT rolpassword FROM pg_authid WHERE rolname = 'amy'")
    users = workspace.write("users.txt", f"# name TAB verifier\namy\t{verifier}\n", 0o644)
    test_tls(cluster, admin, folder, users)
    test_limits(cluster, admin)
    test_shutdown(cluster, admin)
    test_unreachable(admin)
    test_server_dies(cluster, admin)
    checks.finish()


main()
