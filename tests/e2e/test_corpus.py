"""Runs the corpus through pgveil and on the oracle, for each role, simple and extended protocol, text and
binary results. Every statement ends equal, or with a refusal that tests/e2e/refusals.txt lists; a refusal
that is listed and did not happen fails too, so that the list can only shrink.

    test_corpus.py            PGVEIL_UPDATE=1 rewrites refusals.txt instead of failing on refusals
    test_corpus.py --self     without pgveil: the oracle against a second copy of itself, which shows that
                              each statement has one answer, and that the comparison finds differences
    PGVEIL_CASES=regex        only these cases (the list of refusals is then not checked for completeness)
"""
import os
import re
import sys
from collections import Counter
from pathlib import Path

import corpus
import oracle
from compare import Types, describe, difference, is_refusal
from harness import LOGIN_OF_ROLE, Checks, Cluster, Pgveil, Workspace, load_clinic
from wire import LoginError, WireError

HERE = Path(__file__).parent
ROLES = list(LOGIN_OF_ROLE)
LISTED = HERE / "refusals.txt"
# Volatile, as CREATE FUNCTION makes them unless told otherwise.
FUNCTIONS = """
CREATE FUNCTION shout(t text) RETURNS text LANGUAGE sql AS $$ SELECT upper(t) || '!' $$;
CREATE FUNCTION initials(a text, b text) RETURNS text LANGUAGE plpgsql AS
$$ BEGIN RETURN left(a, 1) || left(b, 1); END $$;
CREATE FUNCTION years_old(d date) RETURNS integer LANGUAGE sql STABLE AS $$ SELECT date_part('year', age(d))::integer $$;
CREATE FUNCTION days_ago(n integer) RETURNS date LANGUAGE sql STABLE AS $$ SELECT CURRENT_DATE - n $$;
CREATE FUNCTION is_past(d date) RETURNS boolean LANGUAGE sql AS $$ SELECT d < CURRENT_DATE $$;
"""
HEADER = """# What pgveil refuses today although PostgreSQL would answer: case, role, SQLSTATE, protocol modes.
# Written by PGVEIL_UPDATE=1; a line that is no longer true fails the test, so the list can only shrink.
"""


class Side:
    """Connections of one side, one per role, opened anew when one breaks."""

    def __init__(self, connect):
        self.connect, self.connections = connect, {}

    def run(self, role, case, mode):
        try:
            if role not in self.connections:
                self.connections[role] = self.connect(role)
            outcomes = corpus.run_case(self.connections[role], case, mode)
        except (LoginError, OSError, WireError) as problem:
            outcomes = [WireError(f"no session: {problem}")]
        if any(isinstance(outcome, WireError) for outcome in outcomes):
            broken = self.connections.pop(role, None)
            if broken:
                broken.sock.close()
        return outcomes


def modes_of(case):
    return ("simple",) if "simple" in case.marks else corpus.MODES


class Run:
    def __init__(self, checks, got, want, got_types, want_types):
        self.checks, self.got, self.want = checks, got, want
        self.got_types, self.want_types = got_types, want_types
        self.refused, self.differences, self.equal = {}, [], Counter()

    def case(self, role, case, mode):
        got, want = self.got.run(role, case, mode), self.want.run(role, case, mode)
        for number, statement in enumerate(case.statements):
            if number >= len(got) or number >= len(want):
                break
            if is_refusal(got[number], want[number]):
                self.refused.setdefault((case.name, role, got[number].sqlstate), []).append(mode)
                return
            found = difference(got[number], want[number], self.got_types, self.want_types[role],
                               case.ordered(statement), "exact=no" not in case.marks)
            if found:
                self.differences.append((case, role, mode, statement, found))
                return
        self.equal[role] += 1

    def all(self, cases):
        for case in cases:
            for role in ROLES:
                if (case.roles is None or role in case.roles) and role not in case.without:
                    for mode in modes_of(case):
                        self.case(role, case, mode)


def selected():
    cases = corpus.read_all(HERE / "corpus")
    wanted = os.environ.get("PGVEIL_CASES")
    return [case for case in cases if not wanted or re.search(wanted, case.name)]


def report_differences(checks, run):
    for case, role, mode, statement, found in run.differences:
        checks.that(False, f"{case.place} {case.name} ({role}, {mode}): {found}\n    {statement}")
    for role, count in run.equal.items():
        checks.passed += count
        print(f"{role}: {count} answers equal")


def lines_of(refused, cases):
    complete = {case.name: list(modes_of(case)) for case in cases}
    return sorted(f"{name} {role} {code} {'all' if modes == complete[name] else ','.join(modes)}"
                  for (name, role, code), modes in refused.items())


def check_refusals(checks, run, cases):
    found = lines_of(run.refused, cases)
    if os.environ.get("PGVEIL_UPDATE"):
        LISTED.write_text(HEADER + "".join(line + "\n" for line in found))
        print(f"wrote {len(found)} refusals to {LISTED}")
        return
    listed = [line for line in LISTED.read_text().splitlines() if line and not line.startswith("#")]
    names = {case.name for case in cases}
    listed = [line for line in listed if line.split()[0] in names]
    for line in sorted(set(found) - set(listed)):
        checks.that(False, f"unexpected refusal: {line}")
    for line in sorted(set(listed) - set(found)):
        checks.that(False, f"listed in refusals.txt, but it is not so (shrink the list): {line}")
    print(f"{len(found)} refusals, {len(listed)} listed")


def main():
    checks = Checks("corpus")
    workspace = Workspace("corpus")
    cluster = Cluster(workspace).start()
    load_clinic(cluster)
    cluster.sql("clinic", "GRANT CREATE ON SCHEMA public TO clinicians")  # for the cases block/…
    cluster.psql("clinic", "-f", "-", input=FUNCTIONS)
    cases = selected()
    print(f"{len(cases)} cases, {len(ROLES)} roles")
    oracles = {role: oracle.create(cluster, role) for role in ROLES}
    oracle_side = Side(lambda role: cluster.connect(LOGIN_OF_ROLE[role], oracles[role]))
    oracle_types = {role: Types(cluster, database) for role, database in oracles.items()}
    if "--self" in sys.argv:
        self_test(checks, cluster, cases, oracles, oracle_side, oracle_types)
    else:
        pgveil = Pgveil(workspace, cluster).prepare()
        types = Types(cluster, "clinic")
        pgveil.start()
        run = Run(checks, Side(lambda role: pgveil.connect(LOGIN_OF_ROLE[role])), oracle_side, types, oracle_types)
        run.all(cases)
        report_differences(checks, run)
        check_refusals(checks, run, cases)
        checks.that(pgveil.alive(), "pgveil still runs")
        checks.equal(pgveil.stop(), 0, "exit code of pgveil")
        cluster.stop()
    checks.finish()


def self_test(checks, cluster, cases, oracles, oracle_side, oracle_types):
    copies = {role: oracle.create(cluster, role, database=f"copy_{role}") for role in ROLES}
    other = Side(lambda role: cluster.connect(LOGIN_OF_ROLE[role], copies[role]))
    run = Run(checks, other, oracle_side, Types(cluster, copies["clinician"]), oracle_types)
    run.all(cases)
    report_differences(checks, run)
    checks.equal(lines_of(run.refused, cases), [], "refusals of PostgreSQL against itself")
    # The canary: the clinician's database is not the front desk's, and the comparison must say so.
    canary = Run(checks, Side(lambda role: cluster.connect("dr_adams", oracles["clinician"])), oracle_side,
                 oracle_types["clinician"], oracle_types)
    for case in cases:
        if case.name.startswith("point/"):
            canary.case("front_desk", case, "text")
    checks.that(len(canary.differences) >= 8, f"the canary finds differences: {len(canary.differences)}")
    cluster.stop()


if __name__ == "__main__":
    main()
