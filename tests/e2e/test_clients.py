"""Real clients. Each runs the same program through pgveil and directly on the oracle database of its role; what it
prints must be the same, line by line. drivers.py lists them, and the steps that are known to differ: such a step
must differ in the way that is written there, so that the list can only get shorter.
  test_clients.py [--masked] [client ...]
With --masked the role sees some classes masked and not every patient, so that plans are made where the programs run
over clear values otherwise."""
import difflib
import os
import re
import shutil
import sys
import time

import drivers
import oracle
from drivers import Target
from harness import CLINIC, LOGIN_OF_ROLE, ROOT, Checks, Cluster, Pgveil, Workspace, load_clinic

TABLE = ROOT / "docs" / "compatibility.md"
# Steps that write a masked column and read it back: the oracle gives what was written, pgveil the mask.
READ_BACK = re.compile(r"orm_unit_of_work|get_or_create|types back: INSERT.*|.*\b(write|writes|insert)\b.*")
ALL = '["clear", "search", "create", "change", "delete", "export"]'
MASKED = '["masked", "create", "change", "delete", "export"]'


def steps(text):
    """The transcript in pieces: a step begins with a line `-- name`."""
    pieces, name = {"": []}, ""
    for line in text.splitlines():
        if line.startswith("-- "):
            name = line[3:].strip()
            while name in pieces:
                name += "'"
            pieces[name] = []
        pieces[name].append(line)
    return pieces


def lines_of(want, got):
    return list(difflib.unified_diff(want, got, "oracle", "pgveil", lineterm="", n=1))


def masked_policy():
    """The clinic's policy, with a clinician who sees addresses masked, and not every diagnosis. More masked columns
    would cost the oracle constraints that the catalog shows."""
    text = (CLINIC / "policy.toml").read_text()
    line = f'allow = {{ "*" = {ALL}, consents ='
    if text.count(line) != 1:
        raise RuntimeError("policy.toml has another role clinician than expected")
    return text.replace(line, f'rows = {{ "public.diagnoses" = "patient_id % 7 <> 0" }}\nallow = {{ "*" = {ALL}, contact = {MASKED}, consents =')


def compare(checks, client, role, want, got, seconds):
    masked, read_back = role != "clinician", 0
    wanted, given = steps(drivers.UNSAID.sub("", want.stdout)), steps(got.stdout)
    checks.equal(list(given), list(wanted), f"{client.name} as {role}: the steps")
    for name, lines in wanted.items():
        difference = lines_of(lines, given.get(name, []))
        if masked and difference and READ_BACK.fullmatch(name):
            checks.that("0A000" not in "\n".join(given.get(name, [])), f"{client.name} as {role}: refused in '{name}'")
            read_back += 1
            continue
        if name not in client.known:
            checks.that(not difference, f"{client.name} as {role} prints the same in '{name}':\n" + "\n".join(difference[:60]))
            continue
        says, reason = client.known[name]
        checks.that(says in "\n".join(given.get(name, [])) and difference,
                    f"{client.name} as {role}, '{name}' still differs by {says!r} ({reason}); if it does not, take it out:\n"
                    + "\n".join(difference[:60]))
    seen = f"{len(wanted) - 1} ({len(want.stdout.splitlines())})"
    checks.that(masked or document(client, seen),
                f"docs/compatibility.md knows {client.name} and its differences (PGVEIL_UPDATE=1)")
    errors = lines_of(want.stderr.splitlines(), got.stderr.splitlines())
    checks.that(not errors, f"{client.name} as {role} reports the same:\n" + "\n".join(errors[:40]))
    checks.equal(got.returncode, want.returncode, f"{client.name} as {role}: exit code")
    print(f"{client.name} {client.seen} as {role}: {len(wanted)} steps, {len(want.stdout.splitlines())} lines compared, "
          f"{len(client.known) + read_back} known to differ, {seconds:.1f} s", flush=True)


def document(client, seen):
    """The client's row of docs/compatibility.md; PGVEIL_UPDATE=1 rewrites all of it but what is run. Else only the
    known differences must be right: versions and numbers are those of the machine that wrote them."""
    lines = TABLE.read_text().splitlines()
    numbers = [i for i, line in enumerate(lines) if line.startswith(f"| `{client.name}` |")]
    if not numbers:
        return False
    what, differs = lines[numbers[0]].split("|")[4].strip(), {}
    for name, (says, _) in client.known.items():
        differs.setdefault(says, []).append(name)
    known = "; ".join(f"{says}: {', '.join(names)}" for says, names in differs.items()) or "none"
    if os.environ.get("PGVEIL_UPDATE"):
        lines[numbers[0]] = f"| `{client.name}` | {client.seen} | {seen} | {what} | {known} |"
        TABLE.write_text("\n".join(lines) + "\n")
    return lines[numbers[0]].endswith(f"| {known} |")


def main():
    checks = Checks("clients")
    names = [name for name in sys.argv[1:] if name != "--masked"]
    policy = masked_policy() if "--masked" in sys.argv else None
    role = "clinician, masked" if policy else "clinician"
    workspace = Workspace("clients")
    # The sources may lie where the unprivileged account cannot look (root's home): copy the programs.
    folder = workspace.directory("programs", 0o755)
    shutil.copytree(drivers.SOURCES, folder, dirs_exist_ok=True)
    found = [client for client in drivers.choose(names) if client.available(folder)]
    cluster = Cluster(workspace).start()
    load_clinic(cluster)
    cluster.sql("clinic", "CREATE SCHEMA drivers AUTHORIZATION dr_adams")  # for tables that a framework makes
    database, login = oracle.create(cluster, "clinician", policy=oracle.Policy(policy)), LOGIN_OF_ROLE["clinician"]
    direct_only = not os.environ.get("PGVEIL_BINARY")
    pgveil = None if direct_only else Pgveil(workspace, cluster, policy=policy).prepare().start()
    for client in found:
        want = client.run(folder, Target(cluster.port, database, login))
        checks.that(want.returncode == 0 or client.name == "psql",
                    f"{client.name} works on PostgreSQL: {want.stdout[-600:]}{want.stderr[-2000:]}")
        if os.environ.get("PGVEIL_SHOW"):
            print(want.stdout)
        if not direct_only:
            begun = time.monotonic()
            got = client.run(folder, Target(pgveil.port, "clinic", login))
            compare(checks, client, role, want, got, time.monotonic() - begun)
    if pgveil:
        checks.that(pgveil.alive(), "pgveil still runs")
        checks.equal(pgveil.stop(), 0, "exit code of pgveil")
    cluster.stop()
    checks.finish()


if __name__ == "__main__":
    main()
