"""Counts of answers and refusals, by construct and by reason; the table in docs/compatibility.md."""
import re
from collections import Counter, defaultdict

from harness import ROOT

DOCUMENT = ROOT / "docs" / "compatibility.md"
BEGIN, END = "<!-- written by tests/oracle/run.py -->", "<!-- end -->"


def reason(detail):
    """A refusal's message without the names in it."""
    return re.sub(r'"[^"]*"|\b[a-z_]+\.[a-z_.]+\b|(?<=column )\w+|(?<=table )\w+', "…", detail)


class Report:
    def __init__(self):
        self.kinds, self.roles = Counter(), defaultdict(Counter)
        self.constructs, self.reasons, self.errors = defaultdict(Counter), Counter(), Counter()
        self.examples, self.with_rows = {}, 0

    def add(self, statement, role, verdict):
        self.kinds[verdict.kind] += 1
        self.roles[role][verdict.kind] += 1
        for construct in statement.constructs:
            self.constructs[construct][verdict.kind] += 1
        if verdict.kind == "refused":
            text = reason(verdict.detail)
            self.reasons[text] += 1
            if len(statement.text) < len(self.examples.get(text, "x" * 10000)):
                self.examples[text] = statement.text
        elif verdict.kind == "equal":
            self.with_rows += any(mine.rows for mine, _ in verdict.outcomes)
        elif verdict.kind == "error":
            self.errors[verdict.detail[:5]] += 1

    @property
    def answered(self):
        return self.kinds["equal"] + self.kinds["error"] + self.kinds["refused"]

    def share(self, kind):
        return self.kinds[kind] / max(1, sum(self.kinds.values()))

    def print(self):
        for role, kinds in self.roles.items():
            print(f"{role}: " + ", ".join(f"{count} {kind}" for kind, count in kinds.most_common()))
        print(f"equal answers with rows: {self.with_rows / max(1, self.kinds['equal']):.0%}")
        print("errors on both sides: " + ", ".join(f"{code} {count}" for code, count in self.errors.most_common(12)))
        for text, count in self.reasons.most_common(25):
            print(f"{count:6} refused: {text}\n         e.g. {self.examples[text][:300]}")

    def table(self):
        total = sum(self.kinds.values())
        lines = [f"{total:,} answers: {self.share('equal'):.1%} equal, {self.share('error'):.1%} the same error, "
                 f"{self.share('refused'):.1%} refused.", "", "| Construct | Statements | Refused |", "|---|---|---|"]
        listed = sorted(self.constructs.items(), key=lambda entry: (-refused(entry[1]), entry[0]))
        for construct, kinds in listed:
            lines.append(f"| {construct} | {sum(kinds.values()):,} | {refused(kinds):.1%} |")
        lines += ["", "| What pgveil said | Share |", "|---|---|"]
        lines += [f"| {text} | {count / total:.2%} |" for text, count in self.reasons.most_common(20)]
        return "\n".join(lines)

    def write(self):
        text = DOCUMENT.read_text()
        before, rest = text.split(BEGIN, 1)
        after = rest.split(END, 1)[1]
        DOCUMENT.write_text(f"{before}{BEGIN}\n\n{self.table()}\n\n{END}{after}")
        print(f"wrote {DOCUMENT}")


def refused(kinds):
    return kinds["refused"] / max(1, kinds["equal"] + kinds["refused"])
