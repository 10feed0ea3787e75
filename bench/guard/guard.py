"""Counts the instructions of the hot paths and compares them with instructions.txt: more than 10 % worse
fails, with the name of the path. Counted by valgrind on a processor of its own making, so that the numbers
do not depend on the machine; of the build that the tests use, so what counts is the change.

  guard.py HOT_PATHS                 compares
  PGVEIL_UPDATE=1 guard.py HOT_PATHS writes instructions.txt
"""
import os
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

RECORDED = Path(__file__).resolve().parent / "instructions.txt"
ALLOWED = 1.10


def count(program, name):
    done = subprocess.run(["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null",
                           "--toggle-collect=measured", program, name],
                          capture_output=True, text=True, check=False)
    collected = re.search(r"Collected : (\d+)", done.stderr)
    if done.returncode != 0 or not collected:
        raise RuntimeError(f"{name}: {done.stderr[-800:]}")
    return int(collected.group(1))


def main():
    program = sys.argv[1]
    names = subprocess.run([program], capture_output=True, text=True, check=True).stdout.split()
    with ThreadPoolExecutor(2) as pool:
        counted = dict(zip(names, pool.map(lambda name: count(program, name), names)))
    if os.environ.get("PGVEIL_UPDATE"):
        RECORDED.write_text("# Instructions of 200 runs each, written by PGVEIL_UPDATE=1 guard.py.\n" +
                            "".join(f"{name} {number}\n" for name, number in counted.items()))
        return 0
    lines = [line.split() for line in RECORDED.read_text().splitlines() if not line.startswith("#")]
    recorded = {name: int(number) for name, number in lines}
    failed = 0
    for name in names:
        before = recorded.get(name)
        if before is None:
            print(f"FAILED: {name} is not in {RECORDED.name}: {counted[name]}")
            failed += 1
            continue
        ratio = counted[name] / before
        print(f"{name:32} {counted[name]:12} {ratio:6.3f} of {before}")
        if ratio > ALLOWED:
            print(f"FAILED: {name} takes {ratio:.2f} times the instructions that are recorded")
            failed += 1
    for name in recorded.keys() - set(names):
        print(f"FAILED: {name} is recorded, but there is no such path")
        failed += 1
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
