"""Two clinics that are equal in all that the front desk may see and different in everything else. A script
that tries to learn the difference must get byte-equal transcripts: rows, counts, order, tags, errors with
their details, notices, ParameterStatus. What may differ: the key of the session, and OIDs that a server gave to
views, which depend on how many sessions it has had at a time; they are compared by the names of the views.

Values keep their lengths in the second clinic, since what a sealed value's padded length tells is documented
(docs/threat-model.md) and is not what this test is about."""
import re
from pathlib import Path

from harness import Checks, Cluster, Pgveil, Workspace, load_clinic
from oracle import SMALL_AREAS
from wire import WireError

HERE = Path(__file__).parent
HEAD = """
SET session_replication_role = replica;
CREATE FUNCTION pg_temp.other(t text) RETURNS text LANGUAGE sql IMMUTABLE AS
$$ SELECT translate(t, '0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ',
  '5678901234nopqrstuvwxyzabcdefghijklmNOPQRSTUVWXYZABCDEFGHIJKLM') $$;
CREATE FUNCTION pg_temp.keep4(t text) RETURNS text LANGUAGE sql IMMUTABLE AS
$$ SELECT pg_temp.other(left(t, -4)) || right(t, 4) $$;
"""
# Everything the front desk does not see in clear gets another value of the same length; what its mask shows
# (last four digits, first three of the ZIP, NULL or not) stays.
SCRAMBLE = """
UPDATE patients SET ssn = '9' || substr(pg_temp.keep4(ssn), 2), street = pg_temp.other(street),
  city = pg_temp.other(city), phone = pg_temp.keep4(phone), email = pg_temp.other(email),
  zip = CASE WHEN left(zip, 3) IN (%s) THEN '893' ELSE left(zip, 3) END || pg_temp.other(substr(zip, 4)),
  emergency = emergency || jsonb_build_object('name', pg_temp.other(emergency ->> 'name')),
  photo = decode(translate(encode(photo, 'hex'), '0123456789abcdef', 'fedcba9876543210'), 'hex'),
  last_name = CASE WHEN vip THEN pg_temp.other(last_name) ELSE last_name END,
  first_name = CASE WHEN vip THEN pg_temp.other(first_name) ELSE first_name END,
  dob = CASE WHEN vip THEN dob + 4000 ELSE dob END, sex = CASE WHEN vip THEN 'other' ELSE sex END,
  language = CASE WHEN vip THEN 'xx' ELSE language END;
UPDATE visits SET reason = pg_temp.other(reason), temperature = 79 - temperature, pulse = 190 - pulse,
  fasting = NOT fasting;
UPDATE diagnoses SET code = 'Z' || pg_temp.other(substr(code, 2)), description = pg_temp.other(description),
  severity = 6 - severity, noted_on = noted_on + 17;
UPDATE prescriptions SET drug = pg_temp.other(drug), dose = dose + 1, pills = pills + 1, barcode = barcode + 13;
UPDATE lab_results SET value = value + 1, abnormal = NOT abnormal, observed_at = observed_at + interval '1 day',
  report = report || jsonb_build_object('comment', pg_temp.other(report ->> 'comment'));
UPDATE documents SET title = pg_temp.other(title), body = overlay(body placing '\\x414243' FROM 1);
UPDATE consents SET signature = overlay(signature placing '\\x414243' FROM 1);
UPDATE billing.invoices SET amount = amount + 1, card_last4 = pg_temp.other(card_last4), memo = pg_temp.other(memo);
""" % ", ".join(f"'{area}'" for area in SMALL_AREAS)
# The same work without an effect, so that both clinics have the same history of transactions.
IDLE = "".join(
    f"UPDATE {t} SET patient_id = patient_id;" for t in (
        "visits", "diagnoses", "prescriptions", "lab_results", "documents", "consents", "billing.invoices")
) + "UPDATE patients SET id = id;"


def probes():
    text = "\n".join(line for line in (HERE / "probes.sql").read_text().splitlines() if not line.startswith("--"))
    return [s.strip() for s in re.split(r";\n", text + "\n") if s.strip()]


class Clinic:
    def __init__(self, workspace, name, change, policy=None):
        self.cluster = Cluster(workspace, name, settings={"autovacuum": "off"}).start()
        load_clinic(self.cluster, patients=120, visits=300)
        self.cluster.psql("clinic", "-f", "-", input=HEAD + change)
        for table in ("patients", "visits", "diagnoses", "prescriptions", "lab_results", "documents", "consents",
                      "billing.invoices"):
            self.cluster.sql("clinic", f"VACUUM FULL ANALYZE {table}")
        self.pgveil = Pgveil(workspace, self.cluster, policy=policy, name=f"pgveil-{name}").prepare().start()
        self.names = {}

    def view_name(self, oid):
        """Empty: not a view. Asked while the statement's session is still there, since it may be a temporary one."""
        if oid not in self.names:
            self.names[oid] = self.cluster.sql("clinic", f"SELECT relname FROM pg_class WHERE relkind = 'v' AND oid = {oid}")
        return self.names[oid].encode()

    def transcript(self, statements, extended):
        """(statement, everything received) for each; the login's ParameterStatus comes first."""
        connection = self.pgveil.connect("reception", timeout=60)
        lines = [("login", sorted(connection.parameters.items()))]
        for statement in statements:
            connection.raw.clear()
            try:
                if extended:
                    connection.extended(statement)
                else:
                    connection.simple(statement)
                lines.append((statement, [self.comparable(*message) for message in connection.raw]))
            except WireError as problem:
                lines.append((statement, [self.comparable(*message) for message in connection.raw] + [str(problem)]))
                connection.sock.close()
                connection = self.pgveil.connect("reception", timeout=60)
        connection.close()
        return lines

    def comparable(self, kind, body):
        """A message without the process id of who sent a notification, and with the names of views."""
        if kind == "A":
            return kind, body[4:]
        if kind != "T":
            return kind, body
        parts, at = [body[:2]], 2
        for _ in range(int.from_bytes(body[:2], "big")):
            end = body.index(b"\0", at) + 1
            oid = body[end:end + 4]
            parts += [body[at:end], self.view_name(int.from_bytes(oid, "big")) or oid, body[end + 4:end + 18]]
            at = end + 18
        return kind, b"".join(parts)

    def stop(self):
        self.pgveil.stop()
        self.cluster.stop()


def kinds(lines):
    errors = sum(any(m[0] == "E" for m in messages if isinstance(m, tuple)) for _, messages in lines[1:])
    return f"{len(lines) - 1} statements, {errors} ended in an error"


def main():
    checks = Checks("non-interference")
    workspace = Workspace("noninterference")
    statements = probes()
    checks.that(len(statements) >= 100, f"enough statements: {len(statements)}")
    first, second = Clinic(workspace, "first", IDLE), Clinic(workspace, "second", SCRAMBLE)
    # The canary: to somebody who may see everything, the two clinics do differ.
    for column in ("ssn", "street", "zip", "reason"):
        table = "visits" if column == "reason" else "patients"
        query = f"SELECT {column} FROM {table} WHERE {column} IS NOT NULL ORDER BY id"
        one, two = (clinic.pgveil.sql("dr_adams", query) for clinic in (first, second))
        checks.that(len(one) == len(two) and sum(a != b for a, b in zip(one, two)) > len(one) / 2,
                    f"the clinics differ in {column}")
    for extended in (False, True):
        mode = "extended" if extended else "simple"
        one, two = (clinic.transcript(statements, extended) for clinic in (first, second))
        print(f"{mode}: {kinds(one)}")
        for (statement, mine), (_, theirs) in zip(one, two):
            checks.that(mine == theirs, f"{mode}: {statement}\n    first  {str(mine)[:400]}\n    second {str(theirs)[:400]}")
    for clinic in (first, second):
        checks.that(clinic.pgveil.alive(), "pgveil still runs")
        clinic.stop()
    checks.finish()


if __name__ == "__main__":
    main()
