"""1,000 planted names and SSNs are stored, changed, searched and read through pgveil, onto tables that were
sealed while empty. Afterwards they are looked for wherever the server and pgveil leave bytes: data directory,
WAL, server log with log_statement=all, pg_dump, the wire to the server, pgveil's log, metrics, audit log and
the twin's own log. None may be found, in any spelling; a canary shows that a planted value is found when it
is there."""
import random
import subprocess

from harness import CLINIC, CONTROL_LOGIN, CONTROL_PASSWORD, Checks, Cluster, Pgveil, Workspace, run
from wire import LoginError, Wire, WireError
from wiretap import Wiretap

COUNT = 1000
CANARY = "Qvycanaryhzk"


def planted():
    """Names that no dictionary, ciphertext or catalog holds by chance, some with letters beyond ASCII."""
    rng = random.Random(20261122)
    letters = "bcdfghjklmnpqrstvwxz"
    names, numbers = set(), set()
    while len(names) < COUNT:
        name = "Zq" + "".join(rng.choice(letters) for _ in range(9))
        names.add(name + "ü" if len(names) % 10 == 0 else name)
    while len(numbers) < COUNT:
        numbers.add(f"9{rng.randrange(100):02}-{rng.randrange(100):02}-{rng.randrange(10000):04}")
    return sorted(names), sorted(numbers)


def spellings(values):
    """What to look for: as text without regard to case, and as hex of UTF-8. (UTF-16 is found by looking
    once more with all NUL bytes taken out.) A number without its dashes is left out: nine digits do occur
    by chance in megabytes of hexadecimal ciphertext."""
    for value in values:
        stem = value.rstrip("ü")
        yield stem.encode()
        yield stem.encode().hex().encode()


class Search:
    def __init__(self, workspace):
        self.workspace = workspace

    def find(self, data, values):
        """The first lines in which one of the values occurs, in any spelling."""
        patterns = self.workspace.path / "patterns"
        patterns.write_bytes(b"\n".join(spellings(values)) + b"\n")
        found = []
        for view in (data, data.replace(b"\0", b"")):
            result = subprocess.run(["grep", "-a", "-i", "-o", "-m", "3", "-F", "-f", str(patterns)], input=view,
                                    capture_output=True, env={"LC_ALL": "C", "PATH": "/usr/bin:/bin"}, check=False)
            found += result.stdout.splitlines()
        return found


def clinic_without_patients(cluster):
    cluster.psql("postgres", "-f", CLINIC / "logins.sql")
    cluster.sql("postgres", f"CREATE ROLE {CONTROL_LOGIN} SUPERUSER LOGIN PASSWORD '{CONTROL_PASSWORD}'")
    cluster.sql("postgres", "CREATE DATABASE clinic")
    cluster.psql("clinic", "-f", CLINIC / "schema.sql")
    cluster.psql("clinic", "-v", "patients=0", "-v", "visits=0", "-f", CLINIC / "data.sql")
    cluster.psql("clinic", "-f", CLINIC / "grants.sql")


def use(checks, pgveil, names, numbers):
    """Every way in which a value may travel. Refusals and errors are fine: they must not leak either."""
    connection = pgveil.connect("dr_adams")
    stored, answers = 0, 0
    for i, (name, ssn) in enumerate(zip(names, numbers), 1):
        if i % 2:
            outcome = connection.extended(
                "INSERT INTO patients (id, mrn, ssn, last_name, first_name, dob, state, street, email) "
                "VALUES ($1, $2, $3, $4, $5, $6, 'CA', $7, $8)",
                [v.encode() for v in (str(i), f"M{i}", ssn, name, name[:5] + "x" + name[5:], "1970-01-01",
                                      f"{i} {name} Road", f"{name}@example.org")])
        else:
            outcome = connection.query(
                "INSERT INTO patients (id, mrn, ssn, last_name, first_name, dob, state, street, emergency, photo) "
                f"VALUES ({i}, 'M{i}', '{ssn}', '{name}', 'Ann', '1970-01-01', 'NY', '{name} Street', "
                f"'{{\"name\": \"{name}\"}}', '\\x{name.encode().hex()}')")
        stored += outcome.error is None
        if outcome.error and i < 3:
            print("insert:", outcome.error)
    checks.equal(stored, COUNT, "planted patients stored through pgveil")
    connection.simple(f"INSERT INTO visits (id, patient_id, practitioner_id, visit_at, kind, reason) "
                      f"VALUES (1, 1, 1, '2026-01-01', 'acute', 'saw {names[0]} about it')")
    statements = []
    for i in range(0, COUNT, 20):
        name, ssn, other = names[i], numbers[i], names[(i + 7) % COUNT]
        statements += [
            f"SELECT * FROM patients WHERE last_name = '{name}'",
            f"SELECT id, dob FROM patients WHERE ssn = '{ssn}'",
            f"SELECT id FROM patients WHERE last_name IN ('{name}', '{other}') ORDER BY last_name",
            f"SELECT id FROM patients WHERE lower(last_name) LIKE lower('{name[:8]}%')",
            f"SELECT id FROM patients WHERE last_name ILIKE '%{name[2:9]}%'",
            f"SELECT id FROM patients WHERE street LIKE '%{name}%' OR last_name || 'x' = '{name}x'",
            f"SELECT last_name || '{other}' FROM patients WHERE id = {i + 1}",
            f"UPDATE patients SET last_name = '{name}', ssn = '{ssn}' WHERE mrn = 'M{i + 1}'",
            f"UPDATE patients SET email = lower('{name}') WHERE last_name = '{other}'",
            f"SELECT '{name}'::date FROM patients",
            f"SELECT last_name FRM patients WHERE last_name = '{name}'",
            f"SELECT {name} FROM patients",
            f"INSERT INTO patients (id, mrn, ssn, last_name, first_name, dob, state) VALUES "
            f"({i + 90001}, 'M{i + 90001}', '{ssn}', '{name}', 'x', '1970-01-01', 'CA')",
            f"UPDATE patients SET mrn = '{name}{name}' WHERE id = 1",
            f"DELETE FROM patients WHERE last_name = '{name}' AND ssn <> '{ssn}'",
            f"PREPARE p AS SELECT id FROM patients WHERE last_name = '{name}'", "EXECUTE p", "DEALLOCATE ALL",
            "BEGIN",
            f"UPDATE patients SET last_name = upper('{name}') || last_name, street = last_name || '{other}' "
            f"WHERE last_name LIKE '{name[:7]}%' RETURNING last_name, lower(street)",
            f"INSERT INTO patients (id, mrn, last_name, first_name, dob, state) SELECT id + 70000, mrn || 'c', "
            f"last_name || 'x', '{name}' || 'y', dob + 1, 'CA' FROM patients WHERE last_name = '{name}' RETURNING last_name",
            f"INSERT INTO patients (id, mrn, last_name, first_name, dob, state) VALUES (70001, lower('{name}'), "
            f"'{name}' || '{other}' || repeat('{name}', 20), 'x', '1970-01-01', 'CA')",
            "ROLLBACK", "BEGIN",
            f"DELETE FROM patients WHERE lower(last_name) = lower('{name}') AND street LIKE '%{name}%'",
            f"UPDATE patients SET mrn = left(upper('{name}'), 12), ssn = '{ssn}' WHERE id < 3", "ROLLBACK",
            f"EXPLAIN SELECT id FROM patients WHERE last_name = '{name}'",
            f"SELECT count(*) FROM patients WHERE last_name > '{name}'",
        ]
    for statement in statements:
        try:
            outcome = connection.query(statement)
            answers += outcome.error is None
        except WireError as problem:
            checks.that(False, f"the session ended at {statement[:40]}: {problem}")
            connection = pgveil.connect("dr_adams")
    outcome = connection.extended("SELECT last_name, ssn FROM patients ORDER BY id")
    checks.that(len(outcome.rows) == COUNT, f"all planted patients are read back: {len(outcome.rows)}")
    got = {row[0].decode() for row in outcome.rows if row[0]}
    checks.that(len(got & set(names)) > COUNT * 0.9, f"the names are the planted ones: {len(got & set(names))}")
    for password in names[:2]:  # a value typed as a password (as a user name it would be on record)
        try:
            Wire("127.0.0.1", pgveil.port, "dr_adams", password, "clinic").close()
        except (LoginError, WireError):
            pass
    # The canary travels the same roads, but into an untagged table.
    connection.query(f"INSERT INTO rooms (name, floor) VALUES ('{CANARY[:10]}', 1)")
    connection.query(f"UPDATE practitioners SET specialty = '{CANARY}' WHERE id = 1")
    connection.close()
    print(f"{len(statements)} statements with planted values, {answers} of them answered")


def places(cluster, pgveil, tap, workspace):
    """name → bytes of everything that somebody without keys could get hold of."""
    cluster.sql("postgres", "CHECKPOINT")
    dump = run(["pg_dump", "-h", cluster.sockets, "-p", cluster.port, "-U", "postgres", "clinic"]).stdout
    inserts = run(["pg_dump", "--inserts", "-h", cluster.sockets, "-p", cluster.port, "-U", "postgres",
                   "clinic"]).stdout
    metrics = pgveil.http("/metrics")[1]
    pgveil.stop()
    cluster.stop()
    to_server, to_client = tap.recorded()

    def tree(path, select=lambda p: True):
        return b"\n".join(p.read_bytes() for p in sorted(path.rglob("*")) if p.is_file() and select(p))

    return {
        "the server's data files": tree(cluster.data / "base"),
        "the server's WAL": tree(cluster.data / "pg_wal"),
        "the rest of the server's directory": tree(cluster.data, lambda p: "base" not in p.parts and
                                                   "pg_wal" not in p.parts),
        "the server's log": cluster.log.read_bytes(),
        "pg_dump": dump.encode(), "pg_dump --inserts": inserts.encode(),
        "the wire to the server": to_server, "the wire from the server": to_client,
        "pgveil's log": pgveil.log.read_bytes(), "pgveil's metrics": metrics.encode(),
        "the audit log": tree(pgveil.audit),
        "the twin's logs": tree(pgveil.twin, lambda p: "log" in p.name.lower() and "pg_" not in str(p.parent.name)),
    }


def main():
    checks = Checks("secrecy")
    workspace = Workspace("secrecy")
    names, numbers = planted()
    cluster = Cluster(workspace, settings={"log_statement": "all", "log_min_duration_statement": "0",
                                           "log_parameter_max_length": "-1", "log_connections": "on",
                                           "log_error_verbosity": "verbose", "wal_keep_size": "2GB",
                                           "log_parameter_max_length_on_error": "-1"}).start()
    clinic_without_patients(cluster)
    tap = Wiretap(cluster.port)
    pgveil = Pgveil(workspace, cluster, upstream_port=tap.port).prepare().start()
    use(checks, pgveil, names, numbers)
    found = places(cluster, pgveil, tap, workspace)
    search = Search(workspace)
    for name, data in found.items():
        hits = search.find(data, names + numbers)
        checks.that(not hits, f"{name} ({len(data):,} bytes) holds planted values: {hits[:3]}")
        print(f"searched {name}: {len(data):,} bytes")
    for name in ("the server's data files", "the server's WAL", "the server's log", "pg_dump",
                 "the wire to the server"):
        checks.that(search.find(found[name], [CANARY]), f"the canary is found in {name}")
    for spelled in (names[3].encode(), names[3].upper().encode(), names[3].encode("utf-16-le"),
                    names[3].encode("utf-16-be"), names[3].encode().hex().encode(), numbers[5].encode(),
                    numbers[5].encode().hex().upper().encode()):
        checks.that(search.find(b"\x01\xff" + spelled + b"\n", names + numbers), f"the search finds {spelled!r}")
    checks.finish()


if __name__ == "__main__":
    main()
