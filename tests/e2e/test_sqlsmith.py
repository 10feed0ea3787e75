"""Debian's sqlsmith writes statements of its own over the clinic, through pgveil: nested, odd, mostly wrong in some
way. There is no right answer to compare with; what is checked is that pgveil lives, that no error is an internal
one, and that nothing sealed and no name of schema pgveil comes in an answer.

    test_sqlsmith.py [--seed N] [--count N]
"""
import argparse
import re
import shutil
import subprocess
from collections import Counter

from harness import PASSWORDS, Checks, Cluster, Pgveil, Workspace, load_clinic
from wiretap import Wiretap

LOGINS = ("dr_adams", "reception", "biller", "visitor")
# The first bytes of a sealed value (docs/formats.md), as they are and as text of a bytea.
SEALED = re.compile(rb"[\xf8-\xff][\x01\x02]\x00\x00[\x00-\x10][\x00-\xff]\x01|\\xf[89a-f]0[12]0000")
OURS = re.compile(rb"pgveil[._][a-z0-9]")
ERROR = re.compile(rb"SERROR\0VERROR\0C(.....)\0M([^\0]*)")


def smith(tap, login, seed, count):
    target = f"host=127.0.0.1 port={tap.port} dbname=clinic user={login} password={PASSWORDS[login]} sslmode=disable"
    return subprocess.run(["sqlsmith", f"--target={target}", "--exclude-catalog", f"--max-queries={count}",
                           f"--seed={seed}"], capture_output=True, text=True, timeout=900, check=False)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--count", type=int, default=150, help="statements for each login")
    options = parser.parse_args()
    checks = Checks("sqlsmith")
    if shutil.which("sqlsmith") is None:
        print("sqlsmith is not installed: skipped")
        checks.finish()
    workspace = Workspace("sqlsmith")
    cluster = Cluster(workspace).start()
    load_clinic(cluster, patients=40, visits=80)
    pgveil = Pgveil(workspace, cluster).prepare().start()
    for login in LOGINS:
        tap = Wiretap(pgveil.port)
        done = smith(tap, login, options.seed, options.count)
        _, heard = tap.recorded()
        codes = Counter(code.decode() for code, _ in ERROR.findall(heard))
        print(f"{login}: {len(heard)} bytes, errors {dict(codes.most_common(12))}")
        for code, message in ERROR.findall(heard):
            if code[:2] in (b"XX", b"58") or b"internal error" in message:
                checks.that(False, f"{login}: {code.decode()} {message.decode(errors='replace')}")
        checks.equal(done.returncode, 0, f"{login}: sqlsmith ends by itself: {done.stderr[-500:]}")
        checks.that(heard.count(b"Z\0\0\0\5") > options.count, f"{login}: it ran its statements")
        for what, pattern in (("a sealed value", SEALED), ("a name of schema pgveil", OURS)):
            found = pattern.search(heard)
            checks.that(found is None, f"{login}: {what} in an answer: "
                                       f"{heard[max(0, found.start() - 200):found.end() + 60] if found else ''}")
        checks.that(pgveil.alive(), f"{login}: pgveil still runs")
    checks.that("internal error" not in pgveil.log_text(), "no internal error in the log")
    checks.equal(pgveil.stop(), 0, "exit code of pgveil")
    cluster.stop()
    checks.finish()


if __name__ == "__main__":
    main()
