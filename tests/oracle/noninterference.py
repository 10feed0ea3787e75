"""Generated statements on two clinics that differ only in what a masked role does not see: each must get the same
bytes from both. Reads, and writes inside a block that is rolled back.

    noninterference.py --seed 1 --count 300     for the front desk and for billing
"""
import argparse
import sys
from pathlib import Path

sys.path[:0] = [str(Path(__file__).resolve().parent), str(Path(__file__).resolve().parents[1] / "e2e")]

import corpus  # noqa: E402
import tape  # noqa: E402
from differential import LOGINS, policy_text  # noqa: E402
from harness import Checks, Workspace  # noqa: E402
from oracle import Policy  # noqa: E402
from statement import Grammar  # noqa: E402
from test_noninterference import IDLE, SCRAMBLE, Clinic  # noqa: E402
from wire import WireError  # noqa: E402

# The same for the billing office: it sees all patients, names and dates masked, invoices and insurance clear.
BILLING = """
UPDATE patients SET mrn = pg_temp.keep4(mrn), ssn = '9' || substr(pg_temp.keep4(ssn), 2), last_name =
  pg_temp.other(last_name), first_name = pg_temp.other(first_name), dob = make_date(extract(year FROM dob)::integer,
  13 - extract(month FROM dob)::integer, 1 + (extract(day FROM dob)::integer * 7) % 28), street = pg_temp.other(street),
  city = pg_temp.other(city), phone = pg_temp.keep4(phone), email = pg_temp.other(email),
  external_ref = translate(external_ref::text, '0123456789abcdef', 'fedcba9876543210')::uuid,
  emergency = emergency || jsonb_build_object('name', pg_temp.other(emergency ->> 'name')),
  photo = decode(translate(encode(photo, 'hex'), '0123456789abcdef', 'fedcba9876543210'), 'hex');
UPDATE visits SET reason = pg_temp.other(reason), temperature = 79 - temperature, pulse = 190 - pulse,
  fasting = NOT fasting, checked_in = checked_in + interval '1 day';
UPDATE diagnoses SET code = 'Z' || pg_temp.other(substr(code, 2)), description = pg_temp.other(description),
  severity = 6 - severity, noted_on = make_date(extract(year FROM noted_on)::integer, 6, 7);
UPDATE prescriptions SET drug = pg_temp.other(drug), dose = dose + 1, pills = pills + 1, barcode = barcode + 13;
UPDATE lab_results SET value = value + 1, abnormal = NOT abnormal, observed_at = observed_at + interval '1 day';
UPDATE appointments SET reason = pg_temp.other(reason);
UPDATE documents SET title = pg_temp.other(title), body = overlay(body placing '\\x414243' FROM 1);
UPDATE consents SET signature = overlay(signature placing '\\x414243' FROM 1);
UPDATE billing.invoices SET patient_id = patient_id;
UPDATE insurance SET patient_id = patient_id;
"""
WORLDS = {"front_desk": SCRAMBLE, "billing": BILLING}


class Listener:
    """One clinic's connection of the role."""

    def __init__(self, clinic, role):
        self.clinic, self.role = clinic, role
        self.connection = clinic.pgveil.connect(LOGINS[role], timeout=60)

    def transcript(self, statement):
        """Every message that the statement caused, in a form that two servers share."""
        heard = []
        try:
            self.connection.raw.clear()
            if statement.write:
                self.connection.query("BEGIN")
            for text, params in statement.steps:
                if corpus.run_statement(self.connection, text, params, statement.mode).error:
                    break
            if statement.write or self.connection.status != "I":
                self.connection.query("ROLLBACK")
        except WireError as problem:
            heard.append(str(problem))
        heard += [self.clinic.comparable(*message) for message in self.connection.raw]
        if self.connection.status is None or heard and isinstance(heard[0], str):
            self.connection.sock.close()
            self.connection = self.clinic.pgveil.connect(LOGINS[self.role], timeout=60)
        return heard


def unordered(heard):
    """Rows of one answer in any order: the plan that a server takes may depend on its statistics."""
    return sorted(message for message in heard if message[0] == "D"), [m for m in heard if m[0] != "D"]


class Compared:
    def __init__(self, checks, role, first, second):
        self.checks, self.role = checks, role
        self.sides = Listener(first, role), Listener(second, role)
        self.equal = self.reordered = self.errors = 0

    def difference(self, statement):
        one, two = (side.transcript(statement) for side in self.sides)
        if one == two:
            self.equal += 1
            self.errors += any(message[0] == "E" for message in one)
            return None
        if not statement.ordered and unordered(one) == unordered(two):
            self.reordered += 1
            return None
        pairs = [pair for pair in zip(one, two) if pair[0] != pair[1]]
        return f"first {str(pairs[0][0])[:300]}\n    second {str(pairs[0][1])[:300]}" if pairs else \
            f"{len(one)} and {len(two)} messages"

    def statement(self, grammar, seed):
        statement = grammar.make(seed)
        if not self.difference(statement) or not (found := self.difference(statement)):
            return
        tree = tape.shrink(statement.tree, lambda tree: (len(grammar.make(seed, tree).text), grammar.make(seed, tree).text),
                           lambda tree: self.difference(grammar.make(seed, tree)) is not None, 150)
        small = grammar.make(seed, tree)
        self.checks.that(False, f"seed {seed}, {self.role}, {small.mode}: {small.steps}\n    {self.difference(small) or found}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--count", type=int, default=300)
    parser.add_argument("--roles", default=",".join(WORLDS))
    options = parser.parse_args()
    checks = Checks("non-interference of generated statements")
    workspace = Workspace("oracle-worlds")
    grammar = Grammar(Policy(policy_text()))
    for role in options.roles.split(","):
        first = Clinic(workspace, f"{role}-first", IDLE, policy_text())
        second = Clinic(workspace, f"{role}-second", WORLDS[role], policy_text())
        one, two = (clinic.pgveil.sql("dr_adams", "SELECT ssn FROM patients WHERE ssn IS NOT NULL ORDER BY id")
                    for clinic in (first, second))
        checks.that(sum(a != b for a, b in zip(one, two)) > len(one) / 2, f"the clinics of {role} differ")
        compared = Compared(checks, role, first, second)
        for seed in range(options.seed, options.seed + options.count):
            compared.statement(grammar, seed)
            if len(checks.failures) >= 5:
                break
        print(f"{role}: {compared.equal} transcripts equal ({compared.errors} errors), {compared.reordered} with rows in "
              "another order")
        checks.passed += compared.equal
        checks.that(compared.reordered <= options.count // 20, f"order of rows: {compared.reordered} differ")
        for clinic in (first, second):
            checks.that(clinic.pgveil.alive(), "pgveil still runs")
            clinic.stop()
    checks.finish()


if __name__ == "__main__":
    main()
