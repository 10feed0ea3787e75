"""Typed expressions: draws templates of grammar.py and fills them with columns, values and sub-queries."""
import re
from dataclasses import dataclass, field

import schema
from grammar import AGGREGATES, FAMILIES, SORTED, WINDOWS, general

HOLE = re.compile(r"\{(=[^{}]*|[a-z_|\[\]]+!?)\}")
COMPARE = [(5, "= {}"), (2, "<> {}"), (2, "< {}"), (2, "<= {}"), (1, "> {}"), (2, ">= {}"), (2, "IN ({}, {})"),
           (1, "NOT IN ({}, {})"), (2, "BETWEEN {} AND {}"), (1, "IS DISTINCT FROM {}"),
           (1, "IS NOT DISTINCT FROM {}")]


@dataclass(frozen=True)
class Ref:
    """Something that an expression can name: a column, or what a query is grouped by."""
    text: str
    family: str
    exact: bool = True
    name: str = ""       # of the column, for values that occur
    simple: bool = True  # a plain column: a sub-query may name it too
    link: str = ""
    tagged: bool = False


@dataclass
class Level:
    """One SELECT: what its expressions may name."""
    refs: list = field(default_factory=list)
    outer: "Level" = None
    groups: list = None       # a grouped query: only these, and aggregates over refs
    unique: list = None       # texts that order all rows, or None
    windows: bool = False     # window functions are allowed here
    aggregates: bool = True   # and aggregates, if it is grouped

    def visible(self):
        return self.refs if self.groups is None else self.groups

    def rows(self):
        """The same query before grouping, for the arguments of aggregates."""
        return Level(self.refs)


class Expressions:
    def __init__(self, tape, relations):
        self.tape, self.relations = tape, relations
        self.constructs, self.params, self.used = set(), [], {}
        self.ctes = []
        self.plain = tape.chance(45)  # columns as they are, as most programs have them: the server can do more

    def alias(self, stem):
        self.used[stem] = self.used.get(stem, 0) + 1
        return f"{stem}{self.used[stem]}"

    # -- leaves -----------------------------------------------------------------------------------------
    def literal(self, family, name="", bare=False):
        """A value: of the column's own where its name is given; `bare` where its type is clear from the place."""
        values = schema.SAMPLES.get(name) or schema.VALUES[family]
        if self.tape.chance(20):
            values = schema.VALUES[family]
        value = self.tape.pick(values)
        form = self.tape.weighted([(5, "typed"), (3, "parameter"), (1, "null")])
        kind = schema.SQL_TYPE[family]
        if form == "parameter" and family in schema.DECLARED:
            self.constructs.add("parameters")
            declared = self.tape.chance(40)
            self.params.append((schema.DECLARED[family] if declared and bare else "", value))
            return f"${len(self.params)}" if bare else f"${len(self.params)}::{kind}"
        if form == "null" and not bare:
            return f"NULL::{kind}"
        if family in ("int", "num") and not value.startswith("-"):
            return value
        text = "'" + value.replace("'", "''") + "'"
        if "\\" in text:
            text = "E" + text.replace("\\", "\\\\")
        return text if bare else f"{text}::{kind}"

    def column(self, level, family, exact=False):
        """A visible column of the family, or None."""
        found = [ref for ref in level.visible() if ref.family == family and (ref.exact or not exact)]
        outer = level.outer
        if outer and (not found or self.tape.chance(20)):
            beyond = [ref for ref in outer.visible() if ref.family == family and ref.simple and (ref.exact or not exact)]
            if beyond:
                self.constructs.add("correlated sub-queries")
                return self.tape.pick(beyond)
        tagged = [ref for ref in found if ref.tagged]
        if tagged and self.tape.chance(65 if self.plain else 40):
            found = tagged
        return self.tape.pick(found) if found else None

    def leaf(self, level, family, exact=False):
        if level.groups is not None and level.aggregates and self.tape.chance(50):
            made = self.aggregate(level, family, exact)
            if made:
                return made
        ref = self.column(level, family, exact) if not self.tape.chance(4 if self.plain else 15) else None
        if ref and self.tape.chance(6):
            self.constructs.add("casts")
            return f"({ref.text})::{schema.SQL_TYPE[family]}"  # often its own type: no cast in the analysed tree
        return ref.text if ref else self.literal(family)

    # -- expressions ------------------------------------------------------------------------------------
    def any_family(self, level):
        """A family that sorts, one that has a column here if there is any."""
        present = [family for family in SORTED if any(ref.family == family for ref in level.visible())]
        return self.tape.pick(present or SORTED[:3])

    def expression(self, level, family, depth, exact=False):
        """SQL text of the family; `exact`: equal values of it look the same."""
        exact = exact and family in schema.FUZZY
        with self.tape.span(family):
            if depth <= 0 or not self.tape.chance(15 if self.plain else 60):
                if family == "bool" and self.tape.chance(80):
                    return self.condition(level, depth)
                return self.leaf(level, family, exact)
            if level.windows and level.groups is None and family in WINDOWS and self.tape.chance(12):
                made = self.template(level, WINDOWS[family], depth - 1)
                if made:
                    self.constructs.add("windows")
                    return made
            if self.tape.chance(8):
                made = self.scalar_subquery(level, family, depth - 1, exact)
                if made:
                    return made
            if family == "bool" and self.tape.chance(55):
                return self.condition(level, depth)
            table = FAMILIES.get(family) or general(family)[:-1]
            if exact:
                table = [entry for entry in table if entry[2].startswith("=")]
            return self.template(level, table, depth - 1) if table else self.leaf(level, family, exact)

    def template(self, level, table, depth):
        _, construct, template = self.tape.weighted([(entry[0], entry) for entry in table])
        if "{total}" in template and not level.unique:
            return None
        self.constructs.add(construct)
        family, last = None, ""

        def fill(match):
            nonlocal family, last
            hole = match.group(1)
            if hole.startswith("="):
                return self.tape.pick(hole[1:].split("|"))
            if hole == "same":
                return last
            if hole == "total":
                return ", ".join(level.unique)
            inner = Level(level.refs, level.outer, level.groups, aggregates=level.aggregates)
            if hole == "partition":
                return f"PARTITION BY {self.expression(inner, self.any_family(inner), 0)} " if self.tape.chance(60) else ""
            if hole == "any":
                family = family or self.any_family(level)
                return self.expression(inner, family, depth)
            wanted = self.tape.pick(hole.rstrip("!").split("|"))
            last = self.expression(inner, wanted, depth, hole.endswith("!"))
            return last
        return HOLE.sub(fill, template.removeprefix("="))

    def aggregate(self, level, family, exact=False):
        table = [entry for entry in AGGREGATES.get(family, ()) if not exact or entry[2].startswith("=")]
        if not table or exact and family == "json":
            return None
        with self.tape.span("aggregate"):
            text = self.template(level.rows(), table, 1)
            self.constructs.add("aggregates")
            if self.tape.chance(12):
                self.constructs.add("filter")
                text += f" FILTER (WHERE {self.expression(level.rows(), 'bool', 1)})"
            return text

    # -- conditions -------------------------------------------------------------------------------------
    def condition(self, level, depth):
        """A condition as programs write it: a column and a value of it, or a sub-query."""
        form = self.tape.weighted([(8, "compare"), (1, "null"), (2, "like"), (2, "folded"), (1, "array"),
                                   (2 if depth > 0 else 0, "exists"), (2 if depth > 0 else 0, "in"),
                                   (1 if depth > 0 else 0, "quantified")])
        ref = self.column(level, self.any_family(level))
        if ref is None or level.groups is not None and form == "compare" and self.tape.chance(50):
            made = self.aggregate(level, "int") if level.groups is not None and level.aggregates else None
            return f"{made} > {self.tape.pick(('0', '1', '3'))}" if made else "true"
        if form == "exists":
            self.constructs.add("exists")
            return f"{self.tape.pick(('', 'NOT '))}EXISTS {self.subquery(level, None, depth - 1)}"
        if form == "in":
            self.constructs.add("in a sub-query")
            return f"{ref.text} {self.tape.pick(('IN', 'NOT IN'))} {self.subquery(level, [ref.family], depth - 1)}"
        if form == "quantified":
            self.constructs.add("any, all of a sub-query")
            word = self.tape.pick(("= ANY", "<> ALL", "> ANY", "<= ALL"))
            return f"{ref.text} {word} {self.subquery(level, [ref.family], depth - 1)}"
        if form == "null":
            self.constructs.add("is null")
            return f"{ref.text} IS {self.tape.pick(('NULL', 'NOT NULL'))}"
        if ref.family == "text" and form in ("like", "folded"):
            return self.text_condition(ref, form)
        if form == "array" and ref.family in ("text", "int", "date"):
            self.constructs.add("any, all of an array")
            items = [self.literal(ref.family, ref.name) for _ in range(2)]
            return f"{ref.text} = ANY (ARRAY[{', '.join(items)}])"
        self.constructs.add("column and value")
        text = self.tape.weighted(COMPARE)
        values = [self.literal(ref.family, ref.name, bare=True) for _ in range(text.count("{}"))]
        return f"{ref.text} {text.format(*values)}"

    def text_condition(self, ref, form):
        value = self.tape.pick(schema.SAMPLES.get(ref.name) or schema.NAMES)
        if form == "folded":
            self.constructs.add("folded equality")
            word, value = self.tape.pick((("lower", value.lower()), ("upper", value.upper())))
            return f"{word}({ref.text}) = {self.quoted(value)}"
        self.constructs.add("like")
        part = value[:self.tape.pick((3, 2, 1))]
        pattern = self.tape.pick((part + "%", "%" + value[-2:], "%" + value[1:3] + "%", part + "_%", value))
        column, operator = self.tape.pick(((ref.text, "LIKE"), (ref.text, "ILIKE"), (ref.text, "NOT LIKE"),
                                           (f"lower({ref.text})", "LIKE")))
        return f"{column} {operator} {self.quoted(pattern.lower() if column != ref.text else pattern)}"

    def quoted(self, value):
        if self.tape.chance(40):
            self.params.append(("", value))
            self.constructs.add("parameters")
            return f"${len(self.params)}"
        return "'" + value.replace("'", "''") + "'"

    # -- sub-queries (made by queries.py) ---------------------------------------------------------------
    def subquery(self, level, families, depth):
        raise NotImplementedError

    def scalar_subquery(self, level, family, depth, exact):
        raise NotImplementedError
