"""What the tests of proxy/net stand on: the program pass_through (proxy/net without policy).

The test program's own arguments are the binary and further key=value words for it.
"""
import os
import re
import signal
import socket
import struct
import subprocess
import sys
import threading

from harness import Checks
from wire import LoginError, Wire, WireError, cstr

PASS_THROUGH = sys.argv[1:]
SSL_REQUEST = struct.pack("!II", 8, 80877103)
GSS_REQUEST = struct.pack("!II", 8, 80877104)
# AddressSanitizer keeps freed memory back (its quarantine): a little of it, so that memory can be measured.
with open(PASS_THROUGH[0], "rb") as binary:
    program = binary.read()
    SANITIZED = b"__asan_init" in program or b"__tsan_init" in program
if SANITIZED:
    os.environ["ASAN_OPTIONS"] = os.environ.get("ASAN_OPTIONS", "") + ":quarantine_size_mb=8"
SLACK, SANITIZER = (60_000, " (with a sanitizer's slack)") if SANITIZED else (20_000, "")
checks = Checks(os.path.basename(sys.argv[0]))


class Proxy:
    def __init__(self, **options):
        words = [f"{key}={value}" for key, value in options.items()]
        self.process = subprocess.Popen([*PASS_THROUGH, *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                        text=True)
        line = self.process.stdout.readline()
        if not line.startswith("port "):
            raise RuntimeError(f"pass_through did not start: {self.process.stderr.read()}")
        self.port = int(line.split()[1])
        self.output, self.log = "", []
        threading.Thread(target=lambda: self.log.extend(self.process.stderr), daemon=True).start()

    def connect(self, user="amy", password="amy-secret", **options):
        return Wire("127.0.0.1", self.port, user, password, options.pop("database", "postgres"), **options)

    def raw(self):
        sock = socket.create_connection(("127.0.0.1", self.port), timeout=10)
        return sock

    def rss(self):
        with open(f"/proc/{self.process.pid}/status") as status:
            return int(re.search(r"VmRSS:\s+(\d+)", status.read())[1])

    def stop(self, seconds=10):
        self.process.send_signal(signal.SIGTERM)
        self.output = self.process.stdout.read()
        self.process.wait(seconds)
        checks.equal(self.process.returncode, 0, f"exit code; {''.join(self.log)[-2000:]}")
        counts = dict(zip(*[iter(self.output.split())] * 2))
        for name in ("open", "connections", "jobs"):
            checks.equal(counts.get(name), "0", f"counter {name} at the end")
        return counts


def read_all(sock):
    got = b""
    try:
        while part := sock.recv(65536):
            got += part
    except OSError:
        pass
    return got


def login_error(action):
    try:
        action()
    except LoginError as problem:
        return problem.fields
    except (WireError, OSError) as problem:
        return {"C": f"none: {problem}"}
    return {"C": "00000"}


def startup(parameters, version=196608, raw=None):
    body = struct.pack("!I", version) + (raw if raw is not None else
                                         b"".join(cstr(k) + cstr(v) for k, v in parameters) + b"\0")
    return struct.pack("!I", len(body) + 4) + body
