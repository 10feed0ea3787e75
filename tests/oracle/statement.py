"""A statement from a seed: which role it is written for, what it says, how it is sent."""
from dataclasses import dataclass

import schema
from queries import renumbered
from tape import Tape
from writes import Writes

ROLES = ("clinician", "front_desk", "billing", "nobody")
MODES = ("simple", "text", "binary")


@dataclass
class Statement:
    seed: int
    tree: tuple
    mode: str
    steps: list         # (text, parameters): one query, or a write and the query that shows what it did
    ordered: bool
    constructs: frozenset
    write: bool

    @property
    def text(self):
        return ";\n".join(text for text, _ in self.steps)


class Grammar:
    """What is common to all statements of a run: the relations that each role may read."""

    def __init__(self, policy, reads_only=False):
        self.reads_only = reads_only
        self.read = {role: schema.readable(policy, role) for role in ROLES}
        self.change = {role: schema.readable(policy, role, ("change",)) for role in ROLES}
        self.shared = schema.common([self.read[role] for role in ROLES if role != "nobody"])
        for role in ROLES:  # what can be stored must also be readable, or the answer is always 42501
            self.change[role] = schema.common([self.change[role], self.read[role]])

    def make(self, seed, tree=None):
        tape = Tape(seed, tree)
        role = tape.pick((None, None, "clinician", "clinician", "front_desk", "billing", "nobody"))
        write = not self.reads_only and tape.chance(15)
        if write:
            made = Writes(tape, self.change[role or "clinician"])
            text, shown = made.write()
            steps, ordered = [text, shown], False
        else:
            made = Writes(tape, self.read[role] if role else self.shared)
            text, ordered = made.read()
            steps = [text]
        made.constructs.add("writes" if write else "reads")
        return Statement(seed, tape.tree(), MODES[seed % 3], [renumbered(step, made.params) for step in steps],
                         ordered, frozenset(made.constructs), write)
