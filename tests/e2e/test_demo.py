"""deploy/demo.sh runs to its end, shows what it promises, and leaves nothing behind."""
import re
import subprocess
from pathlib import Path

from harness import BINARY, ROOT, Checks


def left_behind():
    return {p for place in ("/dev/shm", "/tmp") for p in Path(place).glob("pgveil-demo-*")}


def main():
    checks = Checks("demo")
    before = left_behind()
    result = subprocess.run([ROOT / "deploy" / "demo.sh", "--once", "--small", "--binary", BINARY], capture_output=True,
                            text=True, timeout=900, check=False)
    text = re.sub(r"\x1b\[\d*m", "", result.stdout)
    checks.equal(result.returncode, 0, f"exit code: {result.stderr[-2000:]}\n{text[-3000:]}")
    for what, pattern in {
            "the clinician sees the number": r"992-96-5806 \|",
            "the front desk sees its last four digits": r"\*{7}5806",
            "logical types in \\d": r"dob +\| date", "varchar(60)": r"last_name +\| character varying\(60\)",
            "sealed bytes on the server": r"\\xf[0-9a-f]{20,}", "the audit log verifies": r"pgveil audit verify",
            "metrics": r"(?m)^pgveil_\w+"}.items():
        checks.that(re.search(pattern, text), f"the demo shows: {what}")
    checks.that("psql: error" not in text, "every login worked")
    checks.equal(left_behind() - before, set(), "files left behind")
    if checks.failures:
        print(text)
    checks.finish()


if __name__ == "__main__":
    main()
