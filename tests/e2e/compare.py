"""Compares what pgveil answered with what the oracle answered, one statement at a time."""
from collections import Counter

from wire import WireError

REFUSALS = {"0A000", "42501", "54000"}
# Where PostgreSQL's sentence cannot be the same: a privilege error names its own object.
OTHER_WORDS = {"42501"}


class Types:
    """Type names by OID. User types have their own OIDs on each side, so names are compared."""

    def __init__(self, cluster, database):
        rows = cluster.sql(database, "SELECT oid, format_type(oid, NULL) FROM pg_type").splitlines()
        self.names = dict(row.split("|", 1) for row in rows)

    def name(self, oid):
        return self.names.get(str(oid), f"type {oid}")


def is_refusal(got, want):
    """pgveil said no where PostgreSQL would have answered (or failed in another way)."""
    return not isinstance(got, WireError) and got.sqlstate in REFUSALS and (
        isinstance(want, WireError) or got.sqlstate != want.sqlstate)


def difference(got, want, got_types, want_types, ordered, exact=True):
    """None if equal, else one line that says what differs first."""
    for side, outcome in (("pgveil", got), ("oracle", want)):
        if isinstance(outcome, WireError):
            return f"{side}: {outcome}"
    if got.sqlstate != want.sqlstate:
        return f"error: got {describe(got)}, want {describe(want)}"
    if got.error:
        if not exact or got.sqlstate in OTHER_WORDS:
            return None
        if got.error.get("M") != want.error.get("M"):
            return f"message: got {got.error.get('M')!r}, want {want.error.get('M')!r}"
        if "P" in got.error and got.error["P"] != want.error.get("P"):
            return f"error position: got {got.error['P']}, want {want.error.get('P')}"
        return None
    if got.param_types is not None or want.param_types is not None:
        names = [[types.name(oid) for oid in outcome.param_types or []]
                 for types, outcome in ((got_types, got), (want_types, want))]
        if names[0] != names[1]:
            return f"parameter types: got {names[0]}, want {names[1]}"
    columns = [[(c.name, types.name(c.type_oid), c.typlen, c.typmod, c.format) for c in outcome.columns or []]
               for types, outcome in ((got_types, got), (want_types, want))]
    if columns[0] != columns[1]:
        return f"columns: got {columns[0]}, want {columns[1]}"
    if (got.columns is None) != (want.columns is None):
        return f"row description: got {got.columns!r}, want {want.columns!r}"
    if got.tag != want.tag:
        return f"tag: got {got.tag!r}, want {want.tag!r}"
    copied = [side.copy_data if ordered else sorted(side.copy_data) for side in (got, want)]
    if copied[0] != copied[1]:
        pairs = [pair for pair in zip(*copied) if pair[0] != pair[1]]
        return f"COPY data differs: {len(copied[0])} and {len(copied[1])} messages, first {pairs[:1]}"
    if [n.get("M") for n in got.notices] != [n.get("M") for n in want.notices]:
        return f"notices: got {got.notices}, want {want.notices}"
    return row_difference(got.rows, want.rows, ordered)


def row_difference(got, want, ordered):
    if ordered:
        for number, (mine, theirs) in enumerate(zip(got, want)):
            if mine != theirs:
                return f"row {number}: got {mine}, want {theirs}"
        if len(got) != len(want):
            return f"rows: got {len(got)}, want {len(want)}"
        return None
    extra, missing = Counter(got) - Counter(want), Counter(want) - Counter(got)
    if extra or missing:
        return f"rows: {sum(extra.values())} too many, e.g. {list(extra)[:2]}, {sum(missing.values())} missing, " \
               f"e.g. {list(missing)[:2]}"
    return None


def describe(outcome):
    if isinstance(outcome, WireError):
        return str(outcome)
    if outcome.error:
        return f"{outcome.error['C']} {outcome.error.get('M')}"
    return f"{outcome.tag or 'rows'} ({len(outcome.rows)} rows)"
