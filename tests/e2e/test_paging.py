"""Range and order terms spare the table: a page by name and a range of dates are read by index, and the rows that
the server looks at do not grow with the table. PGVEIL_PAGING_ROWS: how many rows there are (20,000)."""
import os
import time

from harness import LOGIN_OF_ROLE, Checks, Cluster, Pgveil, Workspace, load_clinic

ROWS = int(os.environ.get("PGVEIL_PAGING_ROWS", "20000"))
POLICY = """version = 1
[table."public.directory"]
column.name = { class = "demographics", phi = "name", seal = true, search = ["order:3"] }
column.born = { class = "demographics", phi = "birth_date", seal = true, search = ["range:month", "order:month"] }
[role.clinician]
members = ["pg:clinicians"]
allow = { "*" = ["clear", "search", "create", "change", "delete", "export"] }
"""
FILL = """
CREATE TABLE directory (id integer PRIMARY KEY, name text NOT NULL, born date);
INSERT INTO directory
SELECT i, initcap(translate(substr(md5((i * 7919)::text), 1, 7), '0123456789', 'ghijklmnop')),
       CASE WHEN i % 50 > 0 THEN date '1940-01-01' + (i * 131) % 30000 END
FROM generate_series(1, {rows}) i;
GRANT SELECT ON directory TO clinicians;
"""
PAGES = ["SELECT id, name FROM directory ORDER BY name, id LIMIT 25",
         "SELECT id, name FROM directory ORDER BY name, id LIMIT 25 OFFSET 50",
         "SELECT id, name FROM directory ORDER BY name DESC, id DESC LIMIT 25 OFFSET 200",
         "SELECT id, born FROM directory ORDER BY born DESC NULLS FIRST, id LIMIT 10",
         "SELECT id, born FROM directory WHERE born BETWEEN '1971-03-04' AND '1971-06-20' ORDER BY id",
         "SELECT id, born FROM directory WHERE born >= '2021-06-01' ORDER BY born, id"]


def looked_at(cluster):
    """Sequential scans, and rows that were fetched from the table, so far."""
    cluster.sql("clinic", "SELECT pg_stat_clear_snapshot()")
    scans, fetched = cluster.sql("clinic", "SELECT seq_scan, coalesce(idx_tup_fetch, 0) FROM pg_stat_user_tables "
                                           "WHERE relname = 'directory'").split("|")
    return int(scans), int(fetched)


def main():
    checks = Checks("paging")
    workspace = Workspace("paging")
    cluster = Cluster(workspace).start()
    load_clinic(cluster, patients=10, visits=10)
    cluster.sql("clinic", FILL.format(rows=ROWS))
    want = {page: cluster.sql("clinic", page) for page in PAGES}
    pgveil = Pgveil(workspace, cluster, policy=POLICY).prepare().start()
    cluster.sql("clinic", "VACUUM ANALYZE directory")
    for page in PAGES:
        time.sleep(0.2)
        scans, fetched = looked_at(cluster)
        connection = pgveil.connect(LOGIN_OF_ROLE["clinician"])
        outcome = connection.simple(page)[0]
        connection.close()
        checks.that(outcome.error is None, f"{page}: {outcome.error}")
        rows = "\n".join("|".join(cell or "" for cell in row) for row in outcome.text())
        checks.equal(rows, want[page], page)
        deadline = time.monotonic() + 10
        while looked_at(cluster) == (scans, fetched) and time.monotonic() < deadline:
            time.sleep(0.1)  # the server tells of its work when the session is gone
        after = looked_at(cluster)
        print(f"{after[1] - fetched} rows of {ROWS} looked at: {page}")
        checks.equal(after[0] - scans, 0, f"sequential scans: {page}")
        checks.that(0 < after[1] - fetched < max(2000, ROWS // 20), f"{after[1] - fetched} rows fetched: {page}")
    checks.equal(pgveil.stop(), 0, "exit code of pgveil")
    cluster.stop()
    checks.finish()


if __name__ == "__main__":
    main()
