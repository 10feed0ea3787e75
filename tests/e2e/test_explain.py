"""EXPLAIN ANALYZE over sealed columns: the plan runs over the rows that the role sees, and tells of no others."""
import json
import re

from harness import Checks, Cluster, Pgveil, Workspace, load_clinic

QUERIES = ["SELECT last_name FROM patients WHERE last_name LIKE 'S%'", "SELECT * FROM patients",
           "SELECT p.last_name, v.reason FROM patients p JOIN visits v ON v.patient_id = p.id",
           "SELECT last_name, count(*) FROM patients GROUP BY last_name"]


def nodes(plan):
    return [plan, *(node for child in plan.get("Plans", []) for node in nodes(child))]


def analysed(checks, connection, login):
    for query in QUERIES:
        rows = len(connection.query(query).rows)
        outcome = connection.query(f"EXPLAIN (ANALYZE, FORMAT JSON) {query}")
        if not checks.that(outcome.error is None, f"{login}: {query}: {outcome.error}"):
            continue
        plan = json.loads(outcome.text()[0][0])[0]["Plan"]
        checks.equal(plan["Actual Rows"], rows, f"{login}: rows of {query}")
        checks.equal([c.name for c in outcome.columns], ["QUERY PLAN"], "its column")
        visible = int(connection.query("SELECT count(*) FROM patients").text()[0][0])
        for node in nodes(plan):
            if node.get("Relation Name") == "patients":
                seen = node["Actual Rows"] + node.get("Rows Removed by Filter", 0)
                checks.that(seen <= visible, f"{login}: {query} counts {seen} of {visible} visible patients")


def spelled(checks, connection):
    text = connection.extended("EXPLAIN ANALYZE SELECT count(*) FROM patients WHERE last_name > $1", [b"M"])
    lines = "\n".join(row[0] for row in text.text())
    checks.that("actual time" in lines and "pgveil" not in lines and "\\x" not in lines, f"text: {lines}")
    for form, pattern in (("YAML", r"Actual Rows: 1\b"), ("XML", r"<Actual-Rows>1</Actual-Rows>")):
        answer = connection.query(f"EXPLAIN (ANALYZE, FORMAT {form}) SELECT max(last_name) FROM patients")
        checks.that(answer.error is None and re.search(pattern, answer.text()[0][0]), f"{form}: {answer}")


def refused(checks, connection):
    before = connection.query("SELECT id, last_name FROM patients ORDER BY id").text()
    outcome = connection.query("EXPLAIN ANALYZE UPDATE patients SET last_name = 'Gone'")
    checks.equal(outcome.sqlstate, "0A000", "EXPLAIN ANALYZE of a write")
    checks.equal(connection.query("SELECT id, last_name FROM patients ORDER BY id").text(), before, "nothing is written")
    checks.equal(connection.query("EXPLAIN ANALYZE SELECT 1").sqlstate, None, "untagged statements are the server's")


def main():
    checks = Checks("explain")
    workspace = Workspace("explain")
    cluster = Cluster(workspace).start()
    load_clinic(cluster)
    pgveil = Pgveil(workspace, cluster).prepare().start()
    for login in ("dr_adams", "reception"):
        connection = pgveil.connect(login)
        queries = QUERIES if login == "dr_adams" else QUERIES[:1] + QUERIES[3:]
        QUERIES[:] = queries
        analysed(checks, connection, login)
        connection.close()
    connection = pgveil.connect("dr_adams")
    spelled(checks, connection)
    refused(checks, connection)
    connection.close()
    log = [path.read_text() for path in pgveil.audit.rglob("*") if path.is_file() and path.suffix == ".jsonl"]
    checks.that(any("explain" in text.lower() or '"read"' in text for text in log), "what it read is on record")
    checks.equal(pgveil.stop(), 0, "exit code of pgveil")
    cluster.stop()
    checks.finish()


if __name__ == "__main__":
    main()
