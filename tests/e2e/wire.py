"""A small PostgreSQL v3 protocol client that hides nothing.

Drivers convert values and swallow messages; comparing pgveil with PostgreSQL needs what was on the wire:
RowDescription, ParameterDescription, the bytes of each cell, tags, every field of an error, the order
of messages. Format: PostgreSQL, chapter "Frontend/Backend Protocol".
"""
import base64
import hashlib
import hmac
import os
import socket
import ssl
import struct
from dataclasses import dataclass, field


@dataclass
class Column:
    name: str
    table_oid: int
    attnum: int
    type_oid: int
    typlen: int
    typmod: int
    format: int


@dataclass
class Outcome:
    """What one statement gave. `messages` holds the type letters as they came."""
    columns: list = None
    param_types: list = None
    rows: list = field(default_factory=list)
    tag: str = None
    error: dict = None
    notices: list = field(default_factory=list)
    copy_data: list = field(default_factory=list)
    messages: str = ""

    @property
    def sqlstate(self):
        return self.error["C"] if self.error else None

    def text(self):
        """Rows as text, for results in text format."""
        return [tuple(None if c is None else c.decode() for c in row) for row in self.rows]


class WireError(Exception):
    """The conversation broke: closed, timed out, or a message that makes no sense."""


class LoginError(Exception):
    def __init__(self, fields):
        super().__init__(f"{fields.get('C')} {fields.get('M')}")
        self.fields = fields


def cstr(text):
    return (text.encode() if isinstance(text, str) else text) + b"\0"


def frame(kind, body=b""):
    return kind + struct.pack("!I", len(body) + 4) + body


def error_fields(body):
    fields = {}
    for part in body.split(b"\0"):
        if part:
            fields[chr(part[0])] = part[1:].decode("utf-8", "replace")
    return fields


class Wire:
    def __init__(self, host, port, user, password=None, database="clinic", tls=None, timeout=30, options=None):
        self.user, self.password = user, password
        self.parameters, self.status = {}, None
        self.backend_pid = self.backend_key = None
        self.raw = []  # (type, body) of everything received after login
        self.notifications = []
        self.buffer = b""
        if host.startswith("/"):
            self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            self.sock.settimeout(timeout)
            self.sock.connect(f"{host}/.s.PGSQL.{port}")
        else:
            self.sock = socket.create_connection((host, port), timeout=timeout)
            self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if tls:
            self.sock.sendall(struct.pack("!II", 8, 80877103))
            answer = self.sock.recv(1)
            if answer != b"S":
                raise WireError(f"no TLS: answer {answer!r}")
            self.sock = tls.wrap_socket(self.sock, server_hostname=host)
        pairs = {"user": user, "database": database, "client_encoding": "UTF8", **(options or {})}
        body = struct.pack("!I", 196608) + b"".join(cstr(k) + cstr(v) for k, v in pairs.items()) + b"\0"
        self.sock.sendall(struct.pack("!I", len(body) + 4) + body)
        self._login()

    # -- bytes ----------------------------------------------------------------------------------------
    def _need(self, count):
        while len(self.buffer) < count:
            try:
                got = self.sock.recv(1 << 16)
            except (socket.timeout, TimeoutError) as problem:
                raise WireError("no answer in time") from problem
            except OSError as problem:
                raise WireError(f"connection broken: {problem}") from problem
            if not got:
                raise WireError("connection closed by the other side")
            self.buffer += got

    def receive(self):
        self._need(5)
        length = struct.unpack("!I", self.buffer[1:5])[0]
        self._need(1 + length)
        kind, body = self.buffer[:1].decode("latin1"), self.buffer[5:1 + length]
        self.buffer = self.buffer[1 + length:]
        self.raw.append((kind, body))
        return kind, body

    def send(self, data):
        try:
            self.sock.sendall(data)
        except OSError as problem:
            raise WireError(f"connection broken: {problem}") from problem

    # -- login ----------------------------------------------------------------------------------------
    def _login(self):
        scram = None
        while True:
            kind, body = self.receive()
            if kind == "R":
                code = struct.unpack("!I", body[:4])[0]
                if code == 10:
                    scram = Scram(self.password or "")
                    first = scram.first()
                    self.send(frame(b"p", cstr("SCRAM-SHA-256") + struct.pack("!I", len(first)) + first))
                elif code == 11:
                    self.send(frame(b"p", scram.final(body[4:])))
                elif code == 12:
                    scram.check_server(body[4:])
                elif code == 3:
                    self.send(frame(b"p", cstr(self.password or "")))
                elif code != 0:
                    raise WireError(f"unknown authentication request {code}")
            elif kind == "S":
                self._parameter(body)
            elif kind == "K":
                self.backend_pid, self.backend_key = struct.unpack("!I", body[:4])[0], body[4:]
            elif kind == "Z":
                self.status = body.decode()
                self.raw.clear()
                return
            elif kind == "E":
                raise LoginError(error_fields(body))

    def _parameter(self, body):
        name, value, _ = body.split(b"\0", 2)
        self.parameters[name.decode()] = value.decode()

    # -- statements -----------------------------------------------------------------------------------
    def _collect(self, outcome, kind, body):
        """Adds one message to an outcome. True when the message ends a statement."""
        outcome.messages += kind
        if kind == "T":
            outcome.columns = row_description(body)
        elif kind == "n":
            outcome.columns = []
        elif kind == "t":
            count = struct.unpack("!H", body[:2])[0]
            outcome.param_types = list(struct.unpack(f"!{count}I", body[2:2 + 4 * count]))
        elif kind == "D":
            outcome.rows.append(data_row(body))
        elif kind == "d":
            outcome.copy_data.append(body)
        elif kind == "C":
            outcome.tag = body[:-1].decode()
            return True
        elif kind in "Is":
            outcome.tag = "" if kind == "I" else "(suspended)"
            return True
        elif kind == "E":
            outcome.error = error_fields(body)
            return True
        elif kind == "N":
            outcome.notices.append(error_fields(body))
        elif kind == "S":
            self._parameter(body)
        elif kind == "A":
            self.notifications.append(body)
        return False

    def simple(self, sql, copy_in=None):
        """A Query message. One Outcome per statement of the text."""
        self.send(frame(b"Q", cstr(sql)))
        outcomes, current = [], Outcome()
        while True:
            kind, body = self.receive()
            if kind == "Z":
                self.status = body.decode()
                if current.messages:
                    outcomes.append(current)
                return outcomes
            if kind == "G":
                self.send(b"".join(frame(b"d", part) for part in copy_in or []) + frame(b"c"))
            if self._collect(current, kind, body):
                outcomes.append(current)
                current = Outcome()

    def query(self, sql, copy_in=None):
        """A Query of one statement; its Outcome."""
        outcomes = self.simple(sql, copy_in)
        return outcomes[-1] if outcomes else Outcome(tag="")

    def extended(self, sql, params=(), param_types=(), result_format=0, param_formats=(), name="", max_rows=0,
                 copy_in=None):
        """Parse, Describe, Bind, Execute, Sync in one packet. Parameters are bytes or None."""
        message = self.parse_message(name, sql, param_types)
        message += frame(b"D", b"S" + cstr(name))
        message += self.bind_message("", name, params, param_formats, result_format)
        message += frame(b"E", cstr("") + struct.pack("!I", max_rows)) + frame(b"S")
        self.send(message)
        return self.until_ready(copy_in)

    @staticmethod
    def parse_message(name, sql, param_types=()):
        return frame(b"P", cstr(name) + cstr(sql) + struct.pack(f"!H{len(param_types)}I", len(param_types),
                                                               *param_types))

    @staticmethod
    def bind_message(portal, name, params=(), param_formats=(), result_format=0):
        body = cstr(portal) + cstr(name) + struct.pack(f"!H{len(param_formats)}H", len(param_formats),
                                                       *param_formats)
        body += struct.pack("!H", len(params))
        for value in params:
            body += struct.pack("!i", -1) if value is None else struct.pack("!I", len(value)) + value
        return frame(b"B", body + struct.pack("!HH", 1, result_format))

    def until_ready(self, copy_in=None):
        outcome = Outcome()
        while True:
            kind, body = self.receive()
            if kind == "G":  # the Sync that was sent ahead does not count
                self.send(b"".join(frame(b"d", part) for part in copy_in or []) + frame(b"c") + frame(b"S"))
            if kind == "Z":
                self.status = body.decode()
                return outcome
            self._collect(outcome, kind, body)

    def close(self):
        try:
            self.sock.sendall(frame(b"X"))
        except OSError:
            pass
        self.sock.close()


def cancel(host, port, pid, key):
    with socket.create_connection((host, port), timeout=10) as sock:
        body = struct.pack("!II", 80877102, pid) + key
        sock.sendall(struct.pack("!I", len(body) + 4) + body)
        sock.recv(1)


def row_description(body):
    count, at, columns = struct.unpack("!H", body[:2])[0], 2, []
    for _ in range(count):
        end = body.index(b"\0", at)
        name = body[at:end].decode()
        columns.append(Column(name, *struct.unpack("!IhIhih", body[end + 1:end + 19])))
        at = end + 19
    return columns


def data_row(body):
    count, at, cells = struct.unpack("!H", body[:2])[0], 2, []
    for _ in range(count):
        size = struct.unpack("!i", body[at:at + 4])[0]
        at += 4
        if size < 0:
            cells.append(None)
        else:
            cells.append(body[at:at + size])
            at += size
    return tuple(cells)


class Scram:
    """RFC 5802 and 7677, client side, without channel binding."""

    def __init__(self, password):
        self.password = password.encode()
        self.nonce = base64.b64encode(os.urandom(18)).decode()
        self.server_signature = b""

    def first(self):
        self.bare = f"n=,r={self.nonce}"
        return ("n,," + self.bare).encode()

    def final(self, server_first):
        text = server_first.decode()
        attributes = dict(part.split("=", 1) for part in text.split(","))
        if not attributes["r"].startswith(self.nonce):
            raise WireError("SCRAM: nonce is not ours")
        salt, rounds = base64.b64decode(attributes["s"]), int(attributes["i"])
        salted = hashlib.pbkdf2_hmac("sha256", self.password, salt, rounds)
        client_key = hmac.digest(salted, b"Client Key", "sha256")
        server_key = hmac.digest(salted, b"Server Key", "sha256")
        without_proof = f"c=biws,r={attributes['r']}"
        auth = f"{self.bare},{text},{without_proof}".encode()
        signature = hmac.digest(hashlib.sha256(client_key).digest(), auth, "sha256")
        proof = bytes(a ^ b for a, b in zip(client_key, signature))
        self.server_signature = hmac.digest(server_key, auth, "sha256")
        return f"{without_proof},p={base64.b64encode(proof).decode()}".encode()

    def check_server(self, server_final):
        if base64.b64decode(server_final.decode().split("v=", 1)[1]) != self.server_signature:
            raise WireError("SCRAM: the server does not know the password")


def tls_context(ca=None):
    context = ssl.create_default_context(cafile=ca)
    if ca is None:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context
