"""Rows that a Split read locks are those that PostgreSQL would lock, for as long: seen by a second session. Also the
parts of a partitioned table whose columns the policy protects."""
import threading
import time

from harness import CLINIC, LOGIN_OF_ROLE, Checks, Cluster, Pgveil, Workspace, load_clinic

ROLE = "clinician"
PARTS = """
CREATE TABLE parted (id integer, day date, note text) PARTITION BY RANGE (day);
CREATE TABLE parted_2024 PARTITION OF parted FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
CREATE TABLE parted_2025 PARTITION OF parted FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');
INSERT INTO parted VALUES (1, '2024-05-05', 'planted 1'), (2, '2025-05-05', 'planted 2');
CREATE TABLE parent (id integer, note text);
CREATE TABLE child (more text) INHERITS (parent);
INSERT INTO child VALUES (3, 'planted 3', 'x');
CREATE VIEW over_a_part AS SELECT id, note FROM parted_2024;
GRANT SELECT, INSERT, UPDATE, DELETE ON parted, parted_2024, parted_2025, parent, child, over_a_part TO clinicians, billing_staff;
"""
POLICY = """
[table."public.parted"]
column.note = { class = "encounters", phi = "health", mask = "redact" }
[table."public.parent"]
column.note = { class = "encounters", phi = "health", mask = "redact" }
"""


def try_lock(connection, where, strength="UPDATE"):
    """The SQLSTATE of locking these rows at once, in a transaction of its own."""
    connection.query("BEGIN")
    outcome = connection.query(f"SELECT id FROM patients WHERE {where} FOR {strength} NOWAIT")
    connection.query("ROLLBACK")
    return outcome.sqlstate


def exact_locks(checks, one, two):
    cases = [
        ("SELECT upper(last_name) FROM patients WHERE id = 3 FOR UPDATE", "id = 3", "id = 4"),
        ("SELECT id, upper(last_name) FROM patients WHERE id > 5 ORDER BY id LIMIT 2 FOR UPDATE", "id = 7", "id = 8"),
        ("SELECT id, upper(last_name) FROM patients WHERE id > 5 ORDER BY id LIMIT 1 OFFSET 1 FOR UPDATE", "id = 6", "id = 8"),
        ("SELECT id FROM patients WHERE lower(last_name) LIKE lower('%' || (SELECT last_name FROM patients WHERE id = 9)) FOR SHARE",
         "id = 9", "id < 60 AND last_name NOT LIKE (SELECT '%' || last_name FROM patients WHERE id = 9)"),
        ("SELECT p.id, v.reason || '!' FROM patients p JOIN visits v ON v.patient_id = p.id WHERE p.id = 3 FOR UPDATE OF p",
         "id = 3", "id = 4"),
        ("SELECT id FROM patients WHERE first_name LIKE '%a%' ORDER BY id LIMIT 1 FOR UPDATE",
         "id = (SELECT min(id) FROM patients WHERE first_name LIKE '%a%')",
         "id > (SELECT min(id) FROM patients WHERE first_name LIKE '%a%') AND id < 90"),
    ]
    for statement, locked, free in cases:
        for way in ("simple", "extended"):
            one.query("BEGIN")
            outcome = one.query(statement) if way == "simple" else one.extended(statement)
            checks.equal(outcome.sqlstate, None, f"{statement}: {outcome.error}")
            ids = two.query(f"SELECT id FROM patients WHERE {locked}").text()
            checks.that(ids, f"rows of {locked}")
            checks.equal(try_lock(two, f"id IN ({', '.join(row[0] for row in ids)})"), "55P03", f"{statement}: {locked}")
            ids = two.query(f"SELECT id FROM patients WHERE {free} ORDER BY id LIMIT 40").text()
            checks.equal(try_lock(two, f"id IN ({', '.join(row[0] for row in ids)})"), None, f"{statement}: {free}")
            one.query("ROLLBACK")
            checks.equal(try_lock(two, locked), None, f"{statement}: after ROLLBACK")
    one.query("BEGIN")
    one.query("SELECT upper(last_name) FROM patients WHERE id = 6 FOR UPDATE")
    queue = two.query("SELECT id, upper(last_name) FROM patients WHERE id > 5 ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED")
    checks.equal([row[0] for row in queue.text()], ["7"], "SKIP LOCKED takes the next")
    nowait = two.query("SELECT id FROM patients WHERE last_name LIKE (SELECT last_name || '%' FROM patients WHERE id = 6) FOR UPDATE NOWAIT")
    checks.equal(nowait.sqlstate, "55P03", "NOWAIT of a row that the twin finds")
    one.query("ROLLBACK")


def changed_meanwhile(checks, one, two):
    """The row is found, then another session changes it, then it is to be locked."""
    for change, wanted in (("UPDATE patients SET city = 'Elsewhere' WHERE id = 3", "40001"),
                           ("DELETE FROM visits WHERE false", None)):
        one.query("BEGIN")
        one.query(change)
        answers = []
        second = threading.Thread(target=lambda: answers.append(two.query(
            "SELECT id FROM patients WHERE last_name LIKE (SELECT last_name || '%' FROM patients WHERE id = 3) AND id = 3 FOR UPDATE")))
        second.start()
        time.sleep(1)
        one.query("COMMIT")
        second.join(30)
        checks.equal(answers[0].sqlstate, wanted, f"{change}: {answers[0].error}")


def parts(checks, pgveil):
    for role, shown in ((ROLE, "planted"), ("billing", None)):
        connection = pgveil.connect(LOGIN_OF_ROLE[role])
        rows = connection.query("SELECT id, note FROM parted ORDER BY id")
        if shown is None:
            checks.that("planted" not in repr(rows), f"{role} sees no note: {rows}")
        else:
            checks.equal(len(rows.text()), 2, f"{role} reads through the parent: {rows}")
        for statement in (() if shown else ("TRUNCATE parted_2024", "DROP TABLE parted_2025")) + ("SELECT * FROM parted_2024", "TABLE child", "SELECT * FROM over_a_part", "UPDATE parted_2025 SET note = 'x'",
                          "SELECT c.more FROM child c JOIN parent p ON p.note = c.note", "COPY child TO STDOUT",
                          "CREATE TABLE taken AS TABLE child"):
            outcome = connection.query(statement)
            checks.that(outcome.sqlstate in ("0A000", "42501") and "planted" not in repr(outcome), f"{role}: {statement}: {outcome}")


def main():
    checks = Checks("locks")
    workspace = Workspace("locks")
    cluster = Cluster(workspace).start()
    load_clinic(cluster)
    cluster.sql("clinic", PARTS)
    pgveil = Pgveil(workspace, cluster, policy=(CLINIC / "policy.toml").read_text() + POLICY).prepare()
    pgveil.start()
    one, two = (pgveil.connect(LOGIN_OF_ROLE[ROLE]) for _ in range(2))
    exact_locks(checks, one, two)
    changed_meanwhile(checks, one, two)
    parts(checks, pgveil)
    pgveil.stop()
    cluster.stop()
    checks.finish()


if __name__ == "__main__":
    main()
