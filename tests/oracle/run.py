"""Random statements on pgveil and on the oracle, for every role. Each ends with the same answer on both, the same
error, or a refusal of pgveil, which is counted. What differs is made smaller and shown.

    run.py --seed 1 --count 1000          statements 1 to 1000, each for four roles
    run.py --seed 4711 --count 1 --show   one statement, with its answers
    run.py --nightly                      20,000 statements, from a seed of the day
    PGVEIL_UPDATE=1 run.py …              writes the share of refusals into docs/compatibility.md
"""
import argparse
import os
import queue
import sys
import threading
import time
from pathlib import Path

sys.path[:0] = [str(Path(__file__).resolve().parent), str(Path(__file__).resolve().parents[1] / "e2e")]

import corpus  # noqa: E402
import tape  # noqa: E402
from compare import describe  # noqa: E402
from differential import Sessions, World  # noqa: E402
from harness import Checks, Workspace  # noqa: E402
from report import Report  # noqa: E402
from statement import ROLES, Grammar  # noqa: E402


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--count", type=int, default=1000)
    parser.add_argument("--nightly", action="store_true")
    parser.add_argument("--workers", type=int, default=4)
    parser.add_argument("--failures", type=int, default=10, help="stop after so many")
    parser.add_argument("--attempts", type=int, default=300, help="of making a failure smaller; 0: do not try")
    parser.add_argument("--roles", default=",".join(ROLES))
    parser.add_argument("--show", action="store_true", help="print each statement and its answers")
    options = parser.parse_args()
    if options.nightly:
        options.count, options.seed = 20000, int(time.time()) // 86400 * 100000
    return options


class Run:
    def __init__(self, options, world):
        self.options, self.world = options, world
        self.roles = options.roles.split(",")
        self.grammar = Grammar(world.policy)
        self.seeds, self.lock = queue.Queue(), threading.Lock()
        self.report, self.failures, self.unstable = Report(), [], 0
        for seed in range(options.seed, options.seed + options.count):
            self.seeds.put(seed)

    def all(self):
        workers = [threading.Thread(target=self.work, daemon=True) for _ in range(self.options.workers)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()

    def work(self):
        sessions = Sessions(self.world)
        try:
            while len(self.failures) < self.options.failures:
                self.one(sessions, self.grammar.make(self.seeds.get_nowait()))
        except queue.Empty:
            pass
        finally:
            sessions.close()

    def one(self, sessions, statement):
        for role in self.roles:
            verdict = sessions.judge(role, statement)
            if verdict.kind == "failed":
                again = sessions.judge(role, statement)  # a clock, or a connection that another run broke
                if again.kind != "failed":
                    self.unstable += 1
                    verdict = again
            with self.lock:
                self.report.add(statement, role, verdict)
            if self.options.show:
                self.show(statement, role, verdict)
            elif verdict.kind == "failed":
                self.failed(sessions, statement, role, verdict)
                return

    def failed(self, sessions, statement, role, verdict):
        with self.lock:
            self.failures.append(statement.seed)
        kind = first_words(verdict.detail)

        def make(tree):
            return self.grammar.make(statement.seed, tree)

        def fails(tree):
            found = sessions.judge(role, make(tree))
            return found.kind == "failed" and first_words(found.detail) == kind
        tree = tape.shrink(statement.tree, lambda tree: (len(make(tree).text), make(tree).text), fails,
                           self.options.attempts)
        small = make(tree)
        self.show(small, role, sessions.judge(role, small), statement)

    def show(self, statement, role, verdict, original=None):
        lines = [f"-- seed {statement.seed}, {role}, {statement.mode}: {verdict.kind}: {verdict.detail}"]
        if original and original.text != statement.text:
            lines.append(f"-- as it was:\n{original.text}")
        for number, (text, params) in enumerate(statement.steps):
            lines.append(f"{text};" + (f"  -- {params}" if params else ""))
            for side, outcomes in zip(("pgveil", "oracle"), zip(*verdict.outcomes[number:number + 1])):
                rows = getattr(outcomes[0], "rows", [])
                lines.append(f"--   {side}: {describe(outcomes[0])}")
                lines += [f"--     {row}" for row in rows[:4]]
        if verdict.kind == "failed" and role != "nobody":
            text, params = statement.steps[0]
            plan = self.world.pgveil.command("explain", "--role", role, corpus.inline(text, params), check=False)
            lines.append((plan.stdout + plan.stderr).rstrip())
        with self.lock:
            print("\n".join(lines), flush=True)


def first_words(detail):
    """What kind of difference it is, so that a smaller statement is one of the same."""
    return " ".join(detail.split()[2:5]) if "error:" in detail else detail.split(":")[1] if ":" in detail else detail


def main():
    options = arguments()
    checks = Checks(f"oracle, seeds {options.seed} to {options.seed + options.count - 1}")
    world = World(Workspace("oracle"))
    run = Run(options, world)
    run.all()
    run.report.print()
    for seed in run.failures:
        checks.that(False, f"seed {seed}: see above; again by run.py --seed {seed} --count 1")
    checks.passed += run.report.answered
    if run.unstable:
        print(f"{run.unstable} answers differed once and not again")
    checks.that(run.unstable <= options.count // 200 + 1, f"answers are stable: {run.unstable} were not")
    checks.that(world.pgveil.alive(), "pgveil still runs")
    checks.that("internal error" not in world.pgveil.log_text(), "no internal error in pgveil's log")
    if not options.show:
        checks.that(run.report.share("equal") > 0.4, f"most statements have answers: {run.report.share('equal'):.0%}")
    if os.environ.get("PGVEIL_UPDATE"):
        run.report.write()
    checks.equal(world.stop(), 0, "exit code of pgveil")
    checks.finish()


if __name__ == "__main__":
    main()
