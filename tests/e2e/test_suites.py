"""Drivers' own test suites, where a Debian package holds one: lib/pq (golang-github-lib-pq-dev). It runs straight on
PostgreSQL and through pgveil, over tables that it makes itself. What passes there must pass here, except for the
tests that are listed with their reason; a listed test that passes fails this one, so that the list can only shrink."""
import os
import re
import shutil
import subprocess
import sys

import oracle
from drivers import GO, GO_PACKAGES, Target
from harness import SANITIZED, Checks, Cluster, Pgveil, Workspace, load_clinic, run

PATIENCE = 900 if SANITIZED else 400  # seconds
CODE = "code for the server is not created through pgveil: it could read what the policy hides"
KNOWN = {
    **dict.fromkeys("TestQueryRowBugWorkaround TestIssue186 TestCopyInRaiseStmtTrigger".split(), CODE),
}
# Pass or fail by chance: a cancel that comes 10 ms after a new statement may find it still being planned, and is lost.
UNSTEADY = {"TestContextCancelExec", "TestContextCancelQuery"}


def build(workspace):
    if not GO.exists() or not (GO_PACKAGES / "src/github.com/lib/pq/conn_test.go").exists():
        return None
    folder = workspace.directory("go", 0o755)
    run([GO, "test", "-c", "-o", folder / "pq.test", "github.com/lib/pq"], timeout=PATIENCE, env={
        "GO111MODULE": "off", "GOPATH": str(GO_PACKAGES), "GOCACHE": str(folder / "cache"), "GOFLAGS": "-p=2"})
    return folder / "pq.test"


def results(program, target):
    """What each test gave, and all that was printed."""
    command = [program, "-test.v", "-test.run", "^Test", "-test.timeout", f"{PATIENCE - 10}s"]
    try:
        ended = run(command, check=False, timeout=PATIENCE, env=target.environment())
        text = ended.stdout + ended.stderr
    except subprocess.TimeoutExpired as problem:
        text = (problem.stdout or b"").decode(errors="replace")
    return {name: outcome for outcome, name in re.findall(r"^--- (PASS|FAIL|SKIP): (\S+)", text, re.M)}, text


def reason_of(text, name):
    """The lines that the failed test printed."""
    found = re.search(rf"^=== RUN   {name}\n(.*?)^--- FAIL: {name}", text, re.M | re.S)
    return found[1].strip()[-300:] if found else ""


def main():
    checks = Checks("suites")
    workspace = Workspace("suites")
    program = build(workspace)
    if program is None:
        print("skipped: golang-go and golang-github-lib-pq-dev are not on this machine")
        sys.exit(0)
    cluster = Cluster(workspace).start()
    load_clinic(cluster, patients=20, visits=20)
    cluster.sql("clinic", "GRANT CREATE ON SCHEMA public TO dr_adams")
    database = oracle.create(cluster, "clinician")
    wanted, _ = results(program, Target(cluster.port, database, "dr_adams"))
    checks.that(list(wanted.values()).count("PASS") > 180, "the suite of lib/pq runs on PostgreSQL")
    if os.environ.get("PGVEIL_BINARY"):
        pgveil = Pgveil(workspace, cluster).prepare().start()
        given, text = results(program, Target(pgveil.port, "clinic", "dr_adams"))
        for name, outcome in wanted.items():
            if outcome != "PASS" or name in UNSTEADY:
                continue
            got = given.get(name, "no result")
            if name in KNOWN:
                checks.that(got != "PASS", f"lib/pq {name} fails, as is known ({KNOWN[name]}); if it passes, take it out")
            else:
                checks.that(got == "PASS", f"lib/pq {name}: {got}\n{reason_of(text, name)}")
        passed = sum(given.get(name) == "PASS" for name, outcome in wanted.items() if outcome == "PASS")
        print(f"lib/pq: {passed} of {list(wanted.values()).count('PASS')} tests pass, {len(KNOWN)} are known to fail")
        checks.that(pgveil.alive(), "pgveil still runs")
        checks.equal(pgveil.stop(), 0, "exit code of pgveil")
    cluster.stop()
    checks.finish()


if __name__ == "__main__":
    main()
