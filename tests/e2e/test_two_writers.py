"""Two sessions write the same rows at once, under each isolation level, through pgveil and on a plain PostgreSQL: the
same waits, the same answers, the same rows afterwards. What a write in two steps must not lose."""
import threading
import time

import oracle
from harness import LOGIN_OF_ROLE, Checks, Cluster, Pgveil, Workspace, load_clinic

LEVELS = ("READ COMMITTED", "REPEATABLE READ", "SERIALIZABLE")
LOGIN = LOGIN_OF_ROLE["clinician"]
RESET = ["UPDATE patients SET last_name = 'Lewis', first_name = 'Ann', language = 'en' WHERE id = 1",
         "UPDATE patients SET last_name = 'Evans', first_name = 'Bob', language = 'en' WHERE id = 2"]
SHOWN = "SELECT id, last_name, first_name, language FROM patients WHERE id IN (1, 2) ORDER BY id"

# name, what A does in its block, what B does meanwhile (its last statement may wait), how A ends.
SCRIPTS = [
    ("lost_update", ["UPDATE patients SET last_name = last_name || 'a' WHERE id = 1"],
     ["UPDATE patients SET last_name = last_name || 'b' WHERE id = 1 RETURNING last_name"], "COMMIT"),
    ("update_after_rollback", ["UPDATE patients SET last_name = last_name || 'a' WHERE id = 1"],
     ["UPDATE patients SET last_name = last_name || 'b' WHERE id = 1 RETURNING last_name"], "ROLLBACK"),
    ("no_longer_found", ["UPDATE patients SET last_name = 'Smith' WHERE id = 1"],
     ["UPDATE patients SET first_name = upper(first_name) WHERE last_name LIKE 'Lew%' AND id < 3 RETURNING id"], "COMMIT"),
    ("still_found", ["UPDATE patients SET last_name = 'Lewisham' WHERE id = 1"],
     ["UPDATE patients SET first_name = upper(first_name) WHERE last_name LIKE 'Lew%' AND id < 3 RETURNING last_name"],
     "COMMIT"),
    ("no_longer_equal", ["UPDATE patients SET last_name = 'Smith' WHERE id = 1"],
     ["UPDATE patients SET first_name = lower(first_name) WHERE last_name = 'Lewis' AND id < 3 RETURNING id"], "COMMIT"),
    ("plain_condition", ["UPDATE patients SET language = 'xx' WHERE id = 1"],
     ["UPDATE patients SET last_name = upper(last_name) WHERE language = 'en' AND id < 3 RETURNING id"], "COMMIT"),
    ("deleted", ["DELETE FROM appointments WHERE id = 7"],
     ["UPDATE appointments SET reason = reverse(reason) WHERE id = 7"], "COMMIT"),
    ("delete_of_changed", ["UPDATE appointments SET reason = 'kept' WHERE id = 7"],
     ["DELETE FROM appointments WHERE reason NOT LIKE 'kep%' AND id = 7"], "COMMIT"),
    ("swap", ["UPDATE patients SET last_name = first_name, first_name = last_name WHERE id = 1"],
     ["UPDATE patients SET last_name = first_name, first_name = last_name WHERE id = 1 RETURNING last_name"], "COMMIT"),
    ("read_before", ["UPDATE patients SET last_name = last_name || 'a' WHERE id = 1"],
     ["SELECT upper(last_name) FROM patients WHERE id = 2",
      "UPDATE patients SET last_name = last_name || 'b' WHERE id = 1"], "COMMIT"),
    ("write_skew", ["SELECT count(*) FROM patients WHERE last_name LIKE 'E%' AND id < 3",
                    "UPDATE patients SET last_name = 'E' || last_name WHERE id = 1"],
     ["SELECT count(*) FROM patients WHERE last_name LIKE 'E%' AND id < 3",
      "UPDATE patients SET last_name = 'X' || last_name WHERE id = 2"], "COMMIT"),
    ("unique", ["INSERT INTO patients (id, mrn, last_name, first_name, dob, state) VALUES (9401, 'U1', upper('x'), 'Y', '2000-01-01', 'OH')"],
     ["INSERT INTO patients (id, mrn, last_name, first_name, dob, state) VALUES (9402, 'U1', upper('x'), 'Y', '2000-01-01', 'OH') RETURNING upper(last_name)"],
     "ROLLBACK"),
]


def said(outcome):
    if outcome.error:
        return ("error", outcome.error.get("C"))
    return (outcome.tag, outcome.text())


def waits(cluster, database):
    return cluster.sql("postgres", "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND "
                                   f"datname = '{database}'") != "0"


def play(connect, cluster, database, level, script):
    """What both sessions were told, whether B waited, and what is stored in the end."""
    _, first, second, end = script
    a, b = connect(), connect()
    for statement in RESET:
        a.query(statement)
    told = [said(a.query(f"BEGIN ISOLATION LEVEL {level}")), said(b.query(f"BEGIN ISOLATION LEVEL {level}"))]
    # A transaction's snapshot is that of its first statement.
    told += [said(a.query("SELECT 1")), said(b.query("SELECT count(*) FROM rooms"))]
    told += [said(a.query(statement)) for statement in first]
    told += [said(b.query(statement)) for statement in second[:-1]]
    answer = []
    thread = threading.Thread(target=lambda: answer.append(b.query(second[-1])))
    thread.start()
    waited, deadline = False, time.monotonic() + 1.5
    while thread.is_alive() and not waited and time.monotonic() < deadline:
        waited = waits(cluster, database)
        time.sleep(0.02)
    told += [("waited", waited), said(a.query(end))]
    thread.join(30)
    told += [said(outcome) for outcome in answer]
    told.append(said(b.query("COMMIT")))
    told.append(said(a.query(SHOWN)))
    told.append(said(a.query("SELECT id, reason FROM appointments WHERE id IN (7, 8) ORDER BY id")))
    a.query("DELETE FROM patients WHERE id > 9400")
    a.close()
    b.close()
    return told


def main():
    checks = Checks("two writers")
    workspace = Workspace("two-writers")
    cluster = Cluster(workspace).start()
    load_clinic(cluster)
    plain = oracle.create(cluster, "clinician")
    pgveil = Pgveil(workspace, cluster).prepare().start()
    for level in LEVELS:
        for script in SCRIPTS:
            got = play(lambda: pgveil.connect(LOGIN), cluster, "clinic", level, script)
            want = play(lambda: cluster.connect(LOGIN, plain), cluster, plain, level, script)
            checks.equal(len(got), len(want), f"{level} {script[0]}: answers")
            for number, (one, other) in enumerate(zip(got, want)):
                checks.equal(one, other, f"{level} {script[0]}: answer {number}")
    checks.that("error" not in pgveil.log_text().lower(), f"no error in the log: {pgveil.log_text()[-1500:]}")
    checks.equal(pgveil.stop(), 0, "exit code of pgveil")
    cluster.stop()
    checks.finish()


if __name__ == "__main__":
    main()
