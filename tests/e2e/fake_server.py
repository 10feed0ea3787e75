"""A PostgreSQL server that only pretends: lets everyone in, answers everything with one row. For thousands of
sessions at once, and for what a real server does not do."""
import selectors
import socket
import struct
import threading

from wire import cstr, frame


def error(severity, sqlstate, message):
    return frame(b"E", b"S" + cstr(severity) + b"V" + cstr(severity) + b"C" + cstr(sqlstate) + b"M" + cstr(message)
                 + b"\0")


class FakeServer:
    """`greeting`: instead of a login, after the StartupMessage. `ssl_answer`: to SSLRequest. `silent`: accepts and
    says nothing."""

    def __init__(self, key=b"\1\2\3\4", statuses=(), greeting=None, ssl_answer=b"N", silent=False, answer=b"off"):
        self.key, self.statuses, self.greeting, self.ssl_answer = key, statuses, greeting, ssl_answer
        self.silent, self.answer = silent, answer
        self.cancels, self.queries, self.open = [], [], 0
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=2000)
        self.port = self.listener.getsockname()[1]
        self.selector = selectors.DefaultSelector()
        self.selector.register(self.listener, selectors.EVENT_READ, None)
        self.running = True
        self.thread = threading.Thread(target=self._run, daemon=True)
        self.thread.start()

    def stop(self):
        self.running = False
        self.thread.join(10)
        for key in list(self.selector.get_map().values()):
            key.fileobj.close()

    def _run(self):
        while self.running:
            for key, _ in self.selector.select(0.1):
                if key.data is None:
                    sock, _ = self.listener.accept()
                    self.open += 1
                    self.selector.register(sock, selectors.EVENT_READ, {"buffer": b"", "started": False})
                elif not self._read(key.fileobj, key.data):
                    self.open -= 1
                    self.selector.unregister(key.fileobj)
                    key.fileobj.close()

    def _read(self, sock, state):
        try:
            got = sock.recv(65536)
        except OSError:
            return False
        state["buffer"] += got
        if self.silent:
            return bool(got)
        while got and (message := self._cut(state)) is not None:
            reply = self._message(message, state) if state["started"] else self._startup(message, state)
            if reply is None:
                return False
            try:
                sock.sendall(reply)
            except OSError:
                return False
        return bool(got)

    @staticmethod
    def _cut(state):
        at = 1 if state["started"] else 0
        buffer = state["buffer"]
        if len(buffer) < at + 4:
            return None
        end = at + struct.unpack("!I", buffer[at:at + 4])[0]
        if len(buffer) < end:
            return None
        state["buffer"] = buffer[end:]
        return buffer[:end]

    def _startup(self, packet, state):
        code = struct.unpack("!I", packet[4:8])[0]
        if code == 80877103:
            return self.ssl_answer
        if code == 80877102:
            self.cancels.append(packet[8:])
            return None
        state["started"] = True
        if self.greeting is not None:
            return self.greeting
        reply = frame(b"R", struct.pack("!I", 0))
        for name, value in (("server_encoding", "UTF8"), ("client_encoding", "UTF8"),
                            ("standard_conforming_strings", "on"), *self.statuses):
            reply += frame(b"S", cstr(name) + cstr(value))
        return reply + frame(b"K", struct.pack("!I", 4711) + self.key) + frame(b"Z", b"I")

    def _message(self, message, state):
        kind = message[:1]
        if kind == b"X":
            return None
        if kind == b"P":  # pgveil asks for settings
            state["columns"] = max(1, message.count(b"current_setting("))
        if kind == b"E":
            return self._row(state.get("columns", 1)) + frame(b"C", cstr("SELECT 1"))
        if kind == b"Q":
            self.queries.append(message[5:-1])
            columns = frame(b"T", struct.pack("!H", 1) + cstr("x") + struct.pack("!IhIhih", 0, 0, 25, -1, -1, 0))
            return columns + self._row(1) + frame(b"C", cstr("SELECT 1")) + frame(b"Z", b"I")
        return {b"P": frame(b"1"), b"B": frame(b"2"), b"C": frame(b"3"), b"S": frame(b"Z", b"I")}.get(kind, b"")

    def _row(self, columns):
        return frame(b"D", struct.pack("!H", columns) + columns * (struct.pack("!I", len(self.answer)) + self.answer))
