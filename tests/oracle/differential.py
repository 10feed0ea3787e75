"""Runs a generated statement through pgveil and on the oracle, and says how the answers compare."""
import re
import threading
from dataclasses import dataclass, field

import corpus
import oracle
from compare import Types, describe, difference, is_refusal
from harness import LOGIN_OF_ROLE, Cluster, Pgveil, load_clinic
from wire import LoginError, WireError

LOGINS = {**LOGIN_OF_ROLE, "nobody": "visitor"}
# What only the database of a login without a role needs: it has SELECT on schema public.
VISITOR = """
REVOKE INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public FROM visitor;
REVOKE ALL ON ALL TABLES IN SCHEMA billing FROM visitor;
REVOKE ALL ON patient_names, patient_labels, waiting_room FROM visitor;
"""
OURS = re.compile(r"pgveil[._]\w|\\x[0-9a-f]{24}")


def policy_text():
    """The demo's policy without `search` on masked classes: it finds by real values, which no virtual database
    does (tests/e2e/searches.sql has those)."""
    text = (oracle.CLINIC / "policy.toml").read_text()
    changed = text.replace('["masked", "search"', '["masked"')
    if changed == text:
        raise ValueError("the demo's policy has changed: no masked class with search")
    return changed


class World:
    """The clinic behind pgveil, and the database of each role."""

    def __init__(self, workspace, patients=60, visits=120):
        self.policy = oracle.Policy(policy_text())
        self.cluster = Cluster(workspace, settings={"max_connections": "100"}).start()
        load_clinic(self.cluster, patients, visits)
        self.databases = {role: oracle.create(self.cluster, role, policy=self.policy, login=login)
                          for role, login in LOGINS.items()}
        self.cluster.psql(self.databases["nobody"], "-f", "-", input=VISITOR)
        self.pgveil = Pgveil(workspace, self.cluster, policy=policy_text()).prepare()
        self.types = Types(self.cluster, "clinic")
        self.oracle_types = {role: Types(self.cluster, database) for role, database in self.databases.items()}
        self.pgveil.start()
        self.writing = threading.Lock()

    def stop(self):
        code = self.pgveil.stop()
        self.cluster.stop()
        return code


@dataclass
class Verdict:
    kind: str          # equal, error (the same on both sides), refused, failed
    detail: str = ""
    outcomes: list = field(default_factory=list)  # (pgveil's, the oracle's) of each step


class Sessions:
    """One worker's connections: two for each role, opened when needed and again when broken."""

    def __init__(self, world):
        self.world, self.open = world, {}

    def connection(self, side, role):
        if (side, role) not in self.open:
            if side == "pgveil":
                made = self.world.pgveil.connect(LOGINS[role], timeout=60)
            else:
                made = self.world.cluster.connect(LOGINS[role], self.world.databases[role], timeout=60)
            made.query("SET statement_timeout = '30s'")
            self.open[side, role] = made
        return self.open[side, role]

    def close(self):
        for connection in self.open.values():
            connection.close()
        self.open.clear()

    def outcomes(self, side, role, statement):
        """An Outcome for each step up to the first error; a WireError ends it."""
        found = []
        try:
            connection = self.connection(side, role)
            if statement.write:
                connection.query("BEGIN")
            for text, params in statement.steps:
                found.append(corpus.run_statement(connection, text, params, statement.mode))
                connection.raw.clear()
                if found[-1].error:
                    break
            if statement.write or connection.status != "I":
                connection.query("ROLLBACK")
        except (WireError, LoginError, OSError) as problem:
            found.append(problem if isinstance(problem, WireError) else WireError(f"no session: {problem}"))
            broken = self.open.pop((side, role), None)
            if broken:
                broken.sock.close()
        return found

    def judge(self, role, statement):
        if statement.write:
            with self.world.writing:
                return self.compared(role, statement)
        return self.compared(role, statement)

    def compared(self, role, statement):
        got, want = (self.outcomes(side, role, statement) for side in ("pgveil", "oracle"))
        pairs = list(zip(got, want))
        for number, (mine, theirs) in enumerate(pairs):
            shown = not isinstance(mine, WireError) and ours_in(mine)
            if shown:
                return Verdict("failed", f"step {number + 1}: names of ours in an answer: {shown}", pairs)
            if is_refusal(mine, theirs):
                return Verdict("refused", f"{mine.sqlstate} {mine.error.get('M')}", pairs)
            found = difference(mine, theirs, self.world.types, self.world.oracle_types[role],
                               statement.ordered or number > 0)
            if found:
                return Verdict("failed", f"step {number + 1}: {found}", pairs)
            if mine.error:
                return Verdict("error", describe(mine), pairs)
        return Verdict("equal", "", pairs)


def ours_in(outcome):
    """What of an answer only pgveil can have put there."""
    texts = [value for fields in [outcome.error or {}, *outcome.notices] for key, value in fields.items()
             if key in "MDHWqstcdn"]
    if outcome.sqlstate == "0A000":  # a refusal may say which policy line would help
        texts = [text for text in texts if "pgveil." not in text or "\\x" in text]
    for text in [*texts, *(column.name for column in outcome.columns or [])]:
        if OURS.search(text):
            return text
    return None
