"""The verb `search`: roles that see a column masked find rows by its full value. Expectations by hand in
searches.sql, since an oracle that holds masked values cannot know them."""
from pathlib import Path

import corpus
from harness import LOGIN_OF_ROLE, Checks, Cluster, Pgveil, Workspace, load_clinic
from wire import WireError

HERE = Path(__file__).parent


def main():
    checks = Checks("searches")
    workspace = Workspace("searches")
    cluster = Cluster(workspace).start()
    load_clinic(cluster)
    pgveil = Pgveil(workspace, cluster).prepare().start()
    connections = {role: pgveil.connect(login) for role, login in LOGIN_OF_ROLE.items()}
    for case in corpus.read_file(HERE / "searches.sql"):
        for line in case.expected:
            role, _, want = line.partition(":")
            for mode in ("simple", "text"):
                outcome = corpus.run_case(connections[role], case, mode)[0]
                if isinstance(outcome, WireError):
                    checks.that(False, f"{case.name} {role} {mode}: {outcome}")
                    connections[role] = pgveil.connect(LOGIN_OF_ROLE[role])
                    continue
                got = outcome.sqlstate or " ".join(",".join(c or "NULL" for c in row) for row in outcome.text())
                checks.equal(got, want.strip(), f"{case.name} {role} {mode}")
    checks.equal(pgveil.stop(), 0, "exit code of pgveil")
    cluster.stop()
    checks.finish()


if __name__ == "__main__":
    main()
