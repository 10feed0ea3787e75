"""Reads tests/e2e/corpus/*.sql and runs a case on one connection.

    --@ like/prefix_lower              a case: its name, then marks
    --$ smi%                           one line per parameter; `--$int4 17` declares the type, `--$ \\N` is NULL
    SELECT id FROM patients WHERE lower(last_name) LIKE $1;

Marks: `write` wraps the case in BEGIN and ROLLBACK; `ordered` or `unordered` says whether the order of
rows counts (default: if the statement has ORDER BY); `roles=a,b` restricts it, `not=a` leaves one
out (whose `search` verb finds by real values: see searches.sql); `simple` keeps it out of
the extended protocol; lines `--< text` are the data of COPY FROM STDIN, `--<x 0a0b` in hex; `exact=no` leaves out the comparison of messages (the SQLSTATE still counts).
Several statements, each ended by `;` at the end of a line, run one after the other.
"""
import re
import struct
from dataclasses import dataclass, field
from pathlib import Path

from wire import WireError

OIDS = {"": 0, "bool": 16, "bytea": 17, "int8": 20, "int2": 21, "int4": 23, "text": 25, "date": 1082,
        "numeric": 1700, "timestamp": 1114, "timestamptz": 1184, "uuid": 2950, "jsonb": 3802, "varchar": 1043,
        "bpchar": 1042, "float8": 701, "int4[]": 1007, "text[]": 1009}
MODES = ("simple", "text", "binary")


@dataclass
class Case:
    name: str
    place: str
    marks: set = field(default_factory=set)
    roles: set = None
    without: set = field(default_factory=set)
    params: list = field(default_factory=list)  # (type name, text or None)
    statements: list = field(default_factory=list)
    data: bytes = b""  # of COPY FROM STDIN
    expected: list = field(default_factory=list)  # of searches.sql: lines `--= role: ...`

    def ordered(self, statement):
        if "ordered" in self.marks or "unordered" in self.marks:
            return "ordered" in self.marks
        return re.search(r"\border\s+by\b", statement, re.I) is not None


def read_file(path):
    cases, case, text = [], None, []
    for number, line in enumerate(path.read_text().splitlines(), 1):
        if line.startswith("--@"):
            words = line[3:].split()
            case = Case(words[0], f"{path.name}:{number}")
            for word in words[1:]:
                if word.startswith("roles="):
                    case.roles = set(word[6:].split(","))
                elif word.startswith("not="):
                    case.without = set(word[4:].split(","))
                else:
                    case.marks.add(word)
            cases.append(case)
            text = []
        elif line.startswith("--$"):
            kind, _, value = line[3:].partition(" ")
            case.params.append((kind, None if value == r"\N" else value))
        elif line.startswith("--<x"):
            case.data += bytes.fromhex(line[4:])
        elif line.startswith("--<"):
            case.data += line[4:].encode() + b"\n"
        elif line.startswith("--="):
            case.expected.append(line[3:].strip())
        elif line.startswith("--") and not text or not line.strip() and not text:
            continue
        else:
            text.append(line)
            if line.rstrip().endswith(";"):
                case.statements.append("\n".join(text).rstrip()[:-1])
                text = []
    if text:
        raise ValueError(f"{path}: the last statement does not end with ;")
    return cases


def read_all(folder, names="*.sql"):
    cases = [case for path in sorted(Path(folder).glob(names)) for case in read_file(path)]
    seen = set()
    for case in cases:
        if case.name in seen or not case.statements:
            raise ValueError(f"{case.place}: {case.name} twice, or without a statement")
        seen.add(case.name)
    return cases


def quote(value):
    if value is None:
        return "NULL"
    if "\\" in value:
        return "E'" + value.replace("\\", "\\\\").replace("'", "''") + "'"
    return "'" + value.replace("'", "''") + "'"


def inline(statement, params):
    """$n as literals, for the simple protocol; a declared type becomes a cast."""
    def literal(match):
        if int(match.group(1)) > len(params):  # PREPARE has its own $1
            return match.group(0)
        kind, value = params[int(match.group(1)) - 1]
        return quote(value) + (f"::{kind}" if kind else "")
    return re.sub(r"\$(\d+)", literal, statement)


def binary_parameter(kind, value):
    """Binary form where it is easy to make, else None."""
    if value is None or kind in ("text", "varchar"):
        return None if value is None else value.encode()
    widths = {"int2": "!h", "int4": "!i", "int8": "!q"}
    if kind in widths:
        return struct.pack(widths[kind], int(value))
    if kind == "bool":
        return b"\1" if value in ("t", "true") else b"\0"
    if kind == "uuid":
        return bytes.fromhex(value.replace("-", ""))
    if kind == "bytea" and value.startswith(r"\x"):
        return bytes.fromhex(value[2:])
    return None


def parts_of(data, mode):
    """CopyData may be cut anywhere."""
    size = {"simple": max(len(data), 1), "text": 7, "binary": 3}[mode]
    return [data[at:at + size] for at in range(0, len(data), size)]


def run_statement(connection, statement, params, mode, data=b""):
    copy_in = parts_of(data, mode)
    used = params[:max([int(n) for n in re.findall(r"\$(\d+)", statement)], default=0)]
    if mode == "simple":
        return connection.query(inline(statement, params), copy_in)
    values, formats = [], []
    for kind, value in used:
        binary = binary_parameter(kind, value) if mode == "binary" else None
        formats.append(1 if binary is not None else 0)
        values.append(binary if binary is not None else None if value is None else value.encode())
    return connection.extended(statement, values, [OIDS[kind] for kind, _ in used],
                               1 if mode == "binary" else 0, formats, copy_in=copy_in)


def run_case(connection, case, mode):
    """One Outcome per statement. A broken connection is a WireError outcome, and the end of the case."""
    outcomes = []
    try:
        if "write" in case.marks:
            connection.query("BEGIN")
        for statement in case.statements:
            outcomes.append(run_statement(connection, statement, case.params, mode, case.data))
        if "write" in case.marks or connection.status != "I":
            connection.query("ROLLBACK")
    except WireError as problem:
        outcomes.append(problem)
    return outcomes
