"""The connection phase: several servers, protocol versions, TLS, certificates on both sides, channel binding, reloading.

    test_connection.py <pass_through binary> [key=value …]
"""
import os
import shutil
import signal
import socket
import ssl
import struct
import time

from certificates import certificates, make_certificate, make_root
from fake_server import FakeServer, error
from harness import Cluster, Workspace, free_port, run, standby_of
from net_proxy import SSL_REQUEST, Proxy, checks, login_error, read_all, startup
from wire import LoginError, WireError, cancel, cstr, frame, tls_context


def psql(proxy, extra="", user="amy", password="amy-secret", host="127.0.0.1"):
    return run(["psql", "-X", "-A", "-t", "-d", f"host={host} port={proxy.port} user={user} dbname=postgres {extra}",
                "-c", "SELECT 6*7"], env={"PGPASSWORD": password}, check=False)


# ---------------------------------------------------------------- several servers

def lands_on(admin, hosts, target):
    """"primary", "standby", or the error's DETAIL."""
    proxy = Proxy(admin=admin, host=",".join("127.0.0.1" for _ in hosts),
                  port=",".join(str(port) for port in hosts), target=target)
    try:
        connection = proxy.connect()
        got = connection.query("SELECT pg_is_in_recovery()").text()[0][0]
        connection.send(frame(b"Q", cstr("SELECT pg_sleep(20)")))
        time.sleep(0.2)
        cancel("127.0.0.1", proxy.port, connection.backend_pid, connection.backend_key)
        checks.equal(connection.until_ready().sqlstate, "57014", f"{target}: the cancel goes to the same server")
        connection.close()
        return {"t": "standby", "f": "primary"}[got]
    except LoginError as problem:
        return problem.fields["C"] + " " + problem.fields.get("D", problem.fields["M"])
    finally:
        proxy.stop()


def test_hosts(admin, primary, standby):
    p, s, dead = primary.port, standby.port, free_port()
    for hosts, target, want in (
            ([dead, p], "any", "primary"), ([s, p], "any", "standby"), ([s, p], "read-write", "primary"),
            ([p, s], "read-only", "standby"), ([s, p], "primary", "primary"), ([p, s], "standby", "standby"),
            ([p, s], "prefer-standby", "standby"), ([p], "prefer-standby", "primary"),
            ([dead, p, dead, s], "standby", "standby"),
            ([p], "standby", "08006 The server is not in hot standby mode."),
            ([s], "primary", "08006 The server is in hot standby mode."),
            ([s, dead], "read-write", "08006 It is not reachable."),
            ([s], "read-write", "08006 The session is read-only."),
            ([p], "read-only", "08006 The session is not read-only.")):
        names = ["dead" if port == dead else "primary" if port == p else "standby" for port in hosts]
        checks.equal(lands_on(admin, hosts, target), want, f"hosts {names}, {target}")

    silent = FakeServer(silent=True)
    proxy = Proxy(admin=admin, host="127.0.0.1,127.0.0.1", port=f"{silent.port},{p}", sslmode="prefer")
    started = time.monotonic()
    checks.equal(login_error(proxy.connect)["C"], "00000", "a server that does not answer: the next one")
    checks.that(1.5 < time.monotonic() - started < 6, "after connect_timeout")
    proxy.stop()
    silent.stop()

    starting = FakeServer(greeting=error("FATAL", "57P03", "the database system is starting up"))
    proxy = Proxy(admin=admin, host="127.0.0.1,127.0.0.1", port=f"{starting.port},{p}")
    checks.equal(login_error(proxy.connect)["C"], "00000", "a server that starts: the next one")
    proxy.stop()
    starting.stop()
    refusing = FakeServer(greeting=error("FATAL", "28000", "no pg_hba.conf entry"))
    proxy = Proxy(admin=admin, host="127.0.0.1,127.0.0.1", port=f"{refusing.port},{p}")
    checks.equal(login_error(proxy.connect)["M"], "no pg_hba.conf entry", "a login that is refused ends the search")
    proxy.stop()
    refusing.stop()

    old = FakeServer(answer=b"on")  # reports neither in_hot_standby nor default_transaction_read_only
    for target, question in (("read-only", b"SHOW transaction_read_only"),
                             ("standby", b"SELECT pg_catalog.pg_is_in_recovery()")):
        proxy = Proxy(admin=admin, port=old.port, target=target)
        connection = proxy.connect()
        checks.equal(old.queries[-1], question, f"an old server is asked, {target}")
        connection.close()
        proxy.stop()
    proxy = Proxy(admin=admin, host="127.0.0.1,127.0.0.1", port=f"{old.port},{p}", target="read-write")
    connection = proxy.connect()
    checks.equal(connection.query("SELECT 1").text(), [("1",)], "an old server that is read-only: the next one")
    connection.close()
    proxy.stop()
    old.stop()


def test_failover(workspace):
    """A primary dies, the standby is promoted: new logins find it."""
    primary = Cluster(workspace, "first").start()
    primary.sql("postgres", "CREATE ROLE amy LOGIN PASSWORD 'amy-secret'")
    verifier = primary.sql("postgres", "SELECT rolpassword FROM pg_authid WHERE rolname = 'amy'")
    users = workspace.write("failover-users.txt", f"amy\t{verifier}\n", 0o644)
    standby = standby_of(workspace, primary)
    proxy = Proxy(users=users, host="127.0.0.1,127.0.0.1", port=f"{primary.port},{standby.port}", target="primary")
    connection = proxy.connect()
    checks.equal(connection.query("SELECT pg_is_in_recovery()").text(), [("f",)], "the primary")
    primary.stop(signal.SIGQUIT)
    try:
        connection.query("SELECT 1")
    except WireError:
        pass
    standby.sql("postgres", "SELECT pg_promote()")
    connection = proxy.connect()
    checks.equal(connection.query("SELECT pg_is_in_recovery(), inet_server_port()").text(),
                 [("f", str(standby.port))], "after the failover: the promoted one")
    connection.close()
    proxy.stop()
    standby.stop()


# ---------------------------------------------------------------- versions and keys

def test_versions(admin):
    server = FakeServer(key=bytes(range(256)))
    proxy = Proxy(admin=admin, port=server.port)
    connection = proxy.connect()
    checks.equal(len(connection.backend_key), 4, "a client of protocol 3.0 has a key of four bytes")
    connection.send(frame(b"Q", cstr("SELECT slow"))[:-1])  # a statement that is not whole: busy
    connection.close()
    proxy.stop()

    # A client of protocol 3.2, as libpq 18 sends it: told 3.0, and goes on.
    proxy = Proxy(admin=admin, port=server.port)
    for version, options, want in ((0x00030002, [], (0x00030000, 0)),
                                   (0x0003270f, [("_pq_.command_compression", "on")], (0x00030000, 1)),
                                   (0x00030000, [("_pq_.a", "1"), ("_pq_.b", "2")], (0x00030000, 2))):
        sock = proxy.raw()
        sock.sendall(startup([("user", "amy"), ("database", "postgres"), *options], version=version))
        got = sock.recv(4096)
        checks.equal((got[:1], struct.unpack("!II", got[5:13])), (b"v", want), f"version {version:#x} {options}")
        listed = got[13:1 + struct.unpack("!I", got[1:5])[0]]
        checks.equal(listed, b"".join(cstr(name) for name, _ in options), "its options are listed")
        sock.close()
    sock = proxy.raw()  # a cancel with a key of 256 bytes is read, and finds nobody
    body = struct.pack("!II", 80877102, 4711) + bytes(256)
    sock.sendall(struct.pack("!I", len(body) + 4) + body)
    checks.equal(read_all(sock), b"", "CancelRequest of protocol 3.2")
    checks.equal(proxy.stop()["cancels"], "1", "and counted")
    server.stop()


# ---------------------------------------------------------------- TLS

def test_alpn(cluster, admin, folder):
    proxy = Proxy(port=cluster.port, admin=admin, tls="require", certificate=folder / "server.crt",
                  key=folder / "server.key")
    for protocols, want in ((["postgresql"], "postgresql"), (["h2", "postgresql"], "postgresql"), (None, None),
                            (["h2"], "refused")):
        context = tls_context(folder / "root.crt")
        if protocols:
            context.set_alpn_protocols(protocols)
        for direct in (False, True):
            sock = proxy.raw()
            try:
                if not direct:
                    sock.sendall(SSL_REQUEST)
                    sock.recv(1)
                sock = context.wrap_socket(sock, server_hostname="localhost")
                sock.sendall(startup([("user", "amy"), ("database", "postgres")]))
                got = sock.selected_alpn_protocol() if sock.recv(1) == b"R" else "refused"
            except OSError:
                got = "refused"
            sock.close()
            wanted = "refused" if direct and want is None else want
            checks.equal(got, wanted, f"ALPN {protocols}, {'direct' if direct else 'after SSLRequest'}")
    proxy.stop()

    injecting = FakeServer(ssl_answer=b"S" + error("FATAL", "XX000", "injected in plain text"))
    proxy = Proxy(port=injecting.port, admin=admin, sslmode="require")
    told = login_error(proxy.connect)
    checks.equal((told["C"], "injected" in str(told)), ("08006", False), "plain text behind the server's S")
    proxy.stop()
    injecting.stop()


def test_channel_binding(workspace, cluster, admin):
    """tls-server-end-point takes the hash of the certificate's signature."""
    folder = workspace.directory("binding", 0o755)
    make_root(folder, "ec", "ec root")
    run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=rsa root", "-keyout",
         folder / "rsa.key", "-out", folder / "rsa.crt"])
    run(["openssl", "req", "-x509", "-newkey", "ed25519", "-nodes", "-days", "2", "-subj", "/CN=ed root", "-keyout",
         folder / "ed.key", "-out", folder / "ed.crt"])
    pss = ("-sigopt", "rsa_padding_mode:pss", "-sigopt", "rsa_pss_saltlen:-1")
    for name, root, sign, plus in (("ecdsa-sha256", "ec", ["-sha256"], True), ("ecdsa-sha384", "ec", ["-sha384"], True),
                                   ("ecdsa-sha512", "ec", ["-sha512"], True), ("rsa-sha256", "rsa", ["-sha256"], True),
                                   ("rsa-sha384", "rsa", ["-sha384"], True), ("rsa-pss", "rsa", ["-sha256", *pss], None),
                                   ("ed25519", "ed", [], False)):
        make_certificate(workspace, folder, name, "localhost", root, sign=sign)
        files = {"certificate": folder / f"{name}.crt", "key": folder / f"{name}.key"}
        proxy = Proxy(port=cluster.port, admin=admin, tls="require", **files)
        got = psql(proxy, f"sslmode=verify-full sslrootcert={folder / root}.crt channel_binding=require")
        if plus is not None:  # libpq 15 does not know the hash of RSA-PSS
            checks.equal(got.stdout.strip() == "42", plus, f"PLUS towards the client, {name}: {got.stderr}")
        got = psql(proxy, f"sslmode=verify-full sslrootcert={folder / root}.crt channel_binding=disable")
        checks.equal(got.stdout.strip(), "42", f"without channel binding, {name}: {got.stderr}")
        proxy.stop()
        if plus:  # PostgreSQL 15 itself fails with ed25519 and RSA-PSS certificates
            for suffix, setting in ((".crt", "server.crt"), (".key", "server.key")):
                shutil.copy(folder / f"{name}{suffix}", cluster.data / setting)
                workspace.own(cluster.data / setting)
                os.chmod(cluster.data / setting, 0o600)
            cluster.sql("postgres", "SELECT pg_reload_conf()")
            time.sleep(0.3)
            proxy = Proxy(port=cluster.port, admin=admin, sslmode="verify-full", sslrootcert=folder / f"{root}.crt")
            checks.equal(login_error(proxy.connect)["C"], "00000", f"PLUS towards the server, {name}")
            proxy.stop()


def test_old_passwords(workspace, cluster, admin, folder):
    """MD5 and passwords in clear: only where configured."""
    cluster.psql("postgres", "-c", "SET password_encryption = md5", "-c", "CREATE ROLE old LOGIN PASSWORD 'old-secret'",
                 "-c", "CREATE ROLE oldscram LOGIN PASSWORD 'old-secret'")
    for name in ("plain", "plainmd5", "scrammed", "trusted"):
        cluster.sql("postgres", f"CREATE ROLE {name} LOGIN PASSWORD '{name}-secret'")
    cluster.psql("postgres", "-c", "SET password_encryption = md5", "-c", "ALTER ROLE plainmd5 PASSWORD 'plainmd5-secret'")
    hba = cluster.data / "pg_hba.conf"
    before = hba.read_text()
    hba.write_text("local all all trust\nhost all old,plainmd5 all md5\nhost all plain,nobody all password\n"
                   "host all trusted all trust\nhost all all all scram-sha-256\n")
    cluster.sql("postgres", "SELECT pg_reload_conf()")
    time.sleep(0.3)

    def attempt(proxy, user, password, extra=""):
        got = psql(proxy, extra, user, password)
        return "in" if got.stdout.strip() == "42" else got.stderr.strip().split("FATAL:  ")[-1].split("\n")[0]

    def failed(user):
        return f'password authentication failed for user "{user}"'

    proxy = Proxy(port=cluster.port, admin=admin)
    checks.equal(attempt(proxy, "old", "old-secret"), failed("old"), "MD5 is not allowed by itself")
    checks.that(any("MD5 hash" in line for line in proxy.log), "and the log says why")
    proxy.stop()
    proxy = Proxy(port=cluster.port, admin=admin, allow_md5=1)
    for user, password, want in (("old", "old-secret", "in"), ("old", "wrong", failed("old")), ("old", "", None),
                                 ("amy", "amy-secret", "in"), ("nobody", "x", failed("nobody")),
                                 ("oldscram", "old-secret", "the database server asks for SCRAM for a user with an MD5 "
                                                            "password, which pgveil cannot answer")):
        got = attempt(proxy, user, password)
        checks.that(got == want if want else got != "in", f"allow_md5, {user} with {password}: {got}")
    checks.that(any("login old from" in line and "by md5: 00000" in line for line in proxy.log), "the method is told")
    proxy.stop()

    verifier = cluster.sql("postgres", "SELECT rolpassword FROM pg_authid WHERE rolname = 'amy'")
    users = workspace.write("some-users.txt", f"amy\t{verifier}\n", 0o644)
    proxy = Proxy(port=cluster.port, users=users)
    checks.equal(attempt(proxy, "plain", "plain-secret"), failed("plain"), "nor passwords in clear")
    proxy.stop()
    cases = (("plain", "plain-secret", "in"), ("plain", "wrong", failed("plain")), ("plain", "ü" * 300, failed("plain")),
             ("plainmd5", "plainmd5-secret", "in"), ("plainmd5", "wrong", failed("plainmd5")),
             ("nobody", "x", failed("nobody")), ("scrammed", "scrammed-secret", failed("scrammed")),
             ("trusted", "x", "the database server did not ask for the password"), ("amy", "amy-secret", "in"),
             ("amy", "wrong", failed("amy")))
    files = {"certificate": folder / "server.crt", "key": folder / "server.key"}
    for title, options, extra in (
            ("", {}, ""),
            (", TLS on both sides", {"tls": "require", "sslmode": "verify-full", "sslrootcert": folder / "root.crt",
                                     **files}, f"sslmode=verify-full sslrootcert={folder}/root.crt")):
        proxy = Proxy(port=cluster.port, users=users, allow_cleartext=1, **options)
        for user, password, want in cases:
            checks.equal(attempt(proxy, user, password, extra), want, f"allow_cleartext{title}, {user}, {password[:20]}")
        checks.that(not any("secret" in line for line in proxy.log), "the log shows no password")
        proxy.stop()
    hba.write_text(before)
    cluster.sql("postgres", "SELECT pg_reload_conf()")
    time.sleep(0.3)


def with_certificate(folder, name):
    context = tls_context(folder / "root.crt")
    if name:
        context.load_cert_chain(folder / f"{name}.crt", folder / f"{name}.key")
    return context


def test_client_certificates(workspace, cluster, admin, folder):
    make_root(folder, "clients", "clients root")
    make_root(folder, "strange", "strange root")
    for name, common_name, root in (("amy", "amy", "clients"), ("bob", "bob", "clients"),
                                    ("forged", "amy", "strange")):
        make_certificate(workspace, folder, name, common_name, root)
    (folder / "index.txt").write_text("")
    configuration = workspace.write("tls/ca.conf", "[ca]\ndefault_ca = us\n[us]\ndatabase = " +
                                    str(folder / "index.txt") + "\ndefault_md = sha256\ndefault_crl_days = 2\n")
    workspace.own(folder / "index.txt")
    authority = ["openssl", "ca", "-config", configuration, "-cert", folder / "clients.crt", "-keyfile",
                 folder / "clients.key"]
    run([*authority, "-gencrl", "-out", folder / "none.crl"])
    run([*authority, "-revoke", folder / "bob.crt"])
    run([*authority, "-gencrl", "-out", folder / "bob.crl"])
    files = {"certificate": folder / "server.crt", "key": folder / "server.key", "client_ca": folder / "clients.crt"}
    missing = ("28000", "connection requires a valid client certificate")
    other = ("28000", 'certificate authentication failed for user "amy"')
    good, broken = ("00000", None), ("none", None)
    for mode, certificate, crl, want in (
            ("verify", "amy", "", good), ("verify", "bob", "", good), ("verify", None, "", missing),
            ("verify", "forged", "", broken), ("verify", "bob", "none.crl", good), ("verify", "bob", "bob.crl", broken),
            ("verify", "amy", "bob.crl", good),
            ("login", "amy", "", good), ("login", "bob", "", other), ("login", None, "", missing)):
        proxy = Proxy(port=cluster.port, admin=admin, tls="require", client_cert=mode, **files,
                      **({"client_crl": folder / crl} if crl else {}))
        try:
            told = login_error(lambda: proxy.connect(tls=with_certificate(folder, certificate)))
        except ssl.SSLError:
            told = {"C": "none"}
        got = (told["C"].split(":")[0], told.get("M"))
        checks.equal(got, want, f"client_cert={mode}, certificate {certificate}, revoked {crl or 'nobody'}")
        proxy.stop()

    proxy = Proxy(port=cluster.port, admin=admin, tls="require", client_cert="login", unix_dir=folder, **files)
    for name in ("amy", "amy.key"):
        workspace.own(folder / f"{name}" if "." in name else folder / f"{name}.crt")
    (folder / "amy.key").chmod(0o600)
    psql_files = f"sslmode=verify-full sslrootcert={folder}/root.crt sslcert={folder}/amy.crt sslkey={folder}/amy.key"
    got = psql(proxy, psql_files)
    checks.equal(got.stdout.strip(), "42", f"psql with a certificate: {got.stderr}")
    checks.that("password authentication failed" in psql(proxy, psql_files, password="wrong").stderr,
                "the password is asked for as well")
    checks.equal(psql(proxy, host=folder).stdout.strip(), "42", "clients of the unix socket have none")
    proxy.stop()

    # Towards the server.
    shutil.copy(folder / "clients.crt", cluster.data / "clients.crt")
    workspace.own(cluster.data / "clients.crt")
    hba = cluster.data / "pg_hba.conf"
    before = hba.read_text()
    hba.write_text("local all all trust\nhostssl all all 127.0.0.1/32 scram-sha-256 clientcert=verify-ca\n")
    cluster.sql("postgres", "ALTER SYSTEM SET ssl_ca_file = 'clients.crt'")
    cluster.sql("postgres", "SELECT pg_reload_conf()")
    time.sleep(0.3)
    proxy = Proxy(port=cluster.port, admin=admin, sslmode="require")
    checks.equal(login_error(proxy.connect)["C"], "28000", "a server that wants our certificate, which we lack")
    proxy.stop()
    proxy = Proxy(port=cluster.port, admin=admin, sslmode="require", sslcert=folder / "bob.crt",
                  sslkey=folder / "bob.key")
    checks.equal(login_error(proxy.connect)["C"], "00000", "our own certificate towards the server")
    proxy.stop()
    hba.write_text(before)
    cluster.sql("postgres", "ALTER SYSTEM RESET ssl_ca_file")
    cluster.sql("postgres", "SELECT pg_reload_conf()")
    time.sleep(0.3)


def serial(proxy, folder):
    with proxy.raw() as sock:
        sock.sendall(SSL_REQUEST)
        sock.recv(1)
        with tls_context(folder / "root.crt").wrap_socket(sock, server_hostname="localhost") as secure:
            return secure.getpeercert()["serialNumber"]


def test_reload(workspace, cluster, folder, verifier):
    users = workspace.write("reload-users.txt", f"amy\t{verifier}\n", 0o644)
    for suffix in ("crt", "key"):
        shutil.copy(folder / f"server.{suffix}", folder / f"live.{suffix}")
        workspace.own(folder / f"live.{suffix}")
    proxy = Proxy(port=cluster.port, users=users, tls="require", certificate=folder / "live.crt",
                  key=folder / "live.key")
    trusted = tls_context(folder / "root.crt")
    lasting = proxy.connect(tls=trusted)
    first = serial(proxy, folder)
    make_certificate(workspace, folder, "live", "localhost")
    checks.equal(serial(proxy, folder), first, "a certificate is read when it is told")
    proxy.process.send_signal(signal.SIGHUP)
    time.sleep(0.5)
    second = serial(proxy, folder)
    checks.that(second != first, "SIGHUP: the new certificate")
    checks.equal(lasting.query("SELECT 1").text(), [("1",)], "a session lives on")
    (folder / "live.crt").write_text("rubbish")
    proxy.process.send_signal(signal.SIGHUP)
    time.sleep(0.5)
    checks.equal(serial(proxy, folder), second, "a certificate that cannot be read: the old one stays")
    checks.that(any("cannot use the certificate" in line for line in proxy.log), "and the log says so")
    users.write_text("")
    proxy.process.send_signal(signal.SIGHUP)
    time.sleep(0.3)
    checks.equal(login_error(lambda: proxy.connect(tls=trusted))["C"], "28P01", "SIGHUP: the users are read again")
    checks.equal(lasting.query("SELECT 2").text(), [("2",)], "a session of a user who is gone lives on")
    lasting.close()
    proxy.stop()


def main():
    workspace = Workspace("connection")
    folder = certificates(workspace)
    cluster = Cluster(workspace)
    for name in ("server.crt", "server.key"):
        shutil.copy(folder / name, cluster.data / name)
        workspace.own(cluster.data / name)
        os.chmod(cluster.data / name, 0o600)
    cluster.settings["ssl"] = "on"
    cluster.start()
    cluster.sql("postgres", "CREATE ROLE amy LOGIN PASSWORD 'amy-secret'")
    verifier = cluster.sql("postgres", "SELECT rolpassword FROM pg_authid WHERE rolname = 'amy'")
    admin = f"host={cluster.sockets} port={cluster.port} user=postgres dbname=postgres"
    standby = standby_of(workspace, cluster)
    test_hosts(admin, cluster, standby)
    standby.stop()
    test_failover(workspace)
    test_versions(admin)
    test_alpn(cluster, admin, folder)
    test_client_certificates(workspace, cluster, admin, folder)
    test_old_passwords(workspace, cluster, admin, folder)
    test_reload(workspace, cluster, folder, verifier)
    test_channel_binding(workspace, cluster, admin)
    checks.finish()


main()
