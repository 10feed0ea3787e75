"""Drivers' own test suites that take minutes, each straight on PostgreSQL and through pgveil; prints how many tests pass
and the names of those that pass only directly. docs/compatibility.md has the results and the reasons. Not part of ctest.

  run_suites.py [--sources FOLDER] [suite ...]

  sqlalchemy   the dialect suite of python3-sqlalchemy (needs python3-pytest)
  pgxpool      of golang-github-jackc-pgx-v4-dev
  psycopg2     FOLDER/psycopg2-2.9.5    (pip download --no-binary :all: --no-deps psycopg2==2.9.5, unpacked)
  asyncpg      FOLDER/asyncpg-0.27.0    (the same; without the folder `asyncpg` in it, so that Debian's is tested)
  pgx, pgconn  FOLDER/pgx.test, FOLDER/pgconn.test
               (go get -t github.com/jackc/pgx/v4@v4.15.0; go test -vet=off -c github.com/jackc/pgx/v4, …/pgconn)
"""
import os
import re
import subprocess
import sys
from pathlib import Path

import oracle
from drivers import GO, GO_PACKAGES, PYTHON, Target
from harness import Cluster, Pgveil, Workspace, load_clinic

PATIENCE = 1800  # seconds
PYTEST = [PYTHON, "-B", "-m", "pytest", "-q", "-p", "no:cacheprovider", "--tb=no", "-rA"]


def started(command, target, folder, **more):
    environment = {**os.environ, "LC_ALL": "C.UTF-8", "PYTHONPATH": ".", **target.environment(), **more}
    try:
        ended = subprocess.run([str(word) for word in command], cwd=folder, env=environment, timeout=PATIENCE, text=True,
                               capture_output=True, check=False)
        return ended.stdout + ended.stderr
    except subprocess.TimeoutExpired as problem:
        return (problem.stdout or b"").decode(errors="replace")


def of_pytest(text):
    return set(re.findall(r"^PASSED (\S+)", text, re.M))


def of_go(text):
    return set(re.findall(r"^--- PASS: (\S+)", text, re.M))


def sqlalchemy(sources, target, workspace):
    folder = workspace.directory("sqlalchemy", 0o755)
    (folder / "setup.cfg").write_text("[sqla_testing]\nrequirement_cls=sqlalchemy.testing.requirements:SuiteRequirements\n"
                                      "profile_file=profiles.txt\n")
    (folder / "conftest.py").write_text("import pytest\npytest.register_assert_rewrite('sqlalchemy.testing.assertions')\n"
                                        "from sqlalchemy.testing.plugin.pytestplugin import *\n")
    (folder / "test_suite.py").write_text("from sqlalchemy.testing.suite import *\n")
    url = f"postgresql+psycopg2://{target.login}:{target.password}@127.0.0.1:{target.port}/{target.database}"
    return of_pytest(started([*PYTEST, "--dburi", url, "--maxfail=9999", "test_suite.py"], target, folder))


def psycopg2(sources, target, workspace):
    text = started([PYTHON, "-B", "-c", "import tests; tests.unittest.main(defaultTest='tests.test_suite')", "--verbose"],
                   target, sources / "psycopg2-2.9.5", PSYCOPG2_TESTDB=target.database)
    return set(re.findall(r"^(test_\w+ \(\S+\)).*? \.\.\. (?:.*\n)*?ok$", text, re.M))


def asyncpg(sources, target, workspace):
    return of_pytest(started([*PYTEST, "--ignore", "tests/test__sourcecode.py", "--ignore", "tests/test_introspection.py",
                              "tests"], target, sources / "asyncpg-0.27.0"))


def go_test(program, target, folder):
    dsn = f"host=127.0.0.1 port={target.port} user={target.login} password={target.password} dbname={target.database} sslmode=disable"
    names = dict.fromkeys(("PGX_TEST_DATABASE", "PGX_TEST_CONN_STRING", "PGX_TEST_TCP_CONN_STRING"), dsn)
    return of_go(started([program, "-test.v", f"-test.timeout={PATIENCE}s"], target, folder, **names))


def pgxpool(sources, target, workspace):
    folder = workspace.directory("pgxpool", 0o755)
    if not (folder / "pgxpool.test").exists():
        subprocess.run([GO, "test", "-vet=off", "-c", "-o", folder / "pgxpool.test", "github.com/jackc/pgx/v4/pgxpool"], check=True,
                       env={**os.environ, "GO111MODULE": "off", "GOPATH": str(GO_PACKAGES), "GOCACHE": str(folder / "cache")})
    return go_test(folder / "pgxpool.test", target, folder)


def pgx(sources, target, workspace):
    return go_test(sources / "pgx.test", target, sources)


def pgconn(sources, target, workspace):
    return go_test(sources / "pgconn.test", target, sources)


SUITES = {"sqlalchemy": sqlalchemy, "pgxpool": pgxpool, "psycopg2": psycopg2, "asyncpg": asyncpg, "pgx": pgx, "pgconn": pgconn}


def main():
    words, sources = sys.argv[1:], None
    if words[:1] == ["--sources"]:
        sources, words = Path(words[1]).resolve(), words[2:]
    workspace = Workspace("driver-suites")
    cluster = Cluster(workspace, settings={"max_connections": "200", "max_prepared_transactions": "10"}).start()
    load_clinic(cluster, patients=20, visits=20)
    database = oracle.create(cluster, "clinician")
    for name in ("clinic", database):
        cluster.sql(name, "GRANT CREATE ON SCHEMA public TO dr_adams; CREATE SCHEMA test_schema AUTHORIZATION dr_adams; "
                          f"CREATE EXTENSION hstore; GRANT CREATE, TEMPORARY ON DATABASE {name} TO dr_adams; "
                          "CREATE DOMAIN uint64 AS numeric(20, 0)")
    pgveil = Pgveil(workspace, cluster).prepare().start()
    for name in words or (SUITES if sources else ("sqlalchemy", "pgxpool")):
        directly = SUITES[name](sources, Target(cluster.port, database, "dr_adams"), workspace)
        through = SUITES[name](sources, Target(pgveil.port, "clinic", "dr_adams"), workspace)
        print(f"{name}: {len(directly)} tests pass on PostgreSQL, {len(directly & through)} of them through pgveil")
        print("".join(f"  {test}\n" for test in sorted(directly - through)), end="", flush=True)
    pgveil.stop()
    cluster.stop()


if __name__ == "__main__":
    main()
