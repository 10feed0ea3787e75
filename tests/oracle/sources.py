"""What stands in FROM: tables, views, sub-queries, CTEs, functions, VALUES, and the joins between them."""
from dataclasses import dataclass, field

import schema
from expressions import Expressions, Level, Ref


@dataclass
class Source:
    text: str
    alias: str
    refs: list
    unique: list = None
    whole: bool = False    # its whole row may be named
    small: bool = False
    names: set = field(default_factory=set)  # of all its columns


class Sources(Expressions):
    def table(self):
        weights = [(36 if name == "patients" else 10 if name == "visits" else 4, name) for name in self.relations]
        relation = self.relations[self.tape.weighted(sorted(weights, key=lambda entry: -entry[0]))]
        alias = self.alias(relation.name.rpartition(".")[2][0])
        refs = [Ref(f"{alias}.{item.name}", item.family, item.exact, item.name, link=item.link,
                    tagged=item.tagged) for item in relation.columns]
        keys = [f"{alias}.{item.name}" for item in schema.all_relations()[relation.name].columns if item.key]
        text = f"{relation.name} AS {alias}"
        whole = not relation.hidden and relation.name not in schema.VIEWS  # the type of a view's row is the twin's
        if relation.name in schema.VIEWS:
            self.constructs.add("views")
        elif self.tape.chance(2):
            self.constructs.add("tablesample")
            text += self.tape.pick((" TABLESAMPLE BERNOULLI (100)", " TABLESAMPLE SYSTEM (100) REPEATABLE (7)"))
        elif self.tape.chance(2):
            text = f"ONLY {text}"
        return Source(text, alias, refs, keys or None, whole, relation.name in schema.SMALL,
                      {item.name for item in relation.columns})

    def from_outputs(self, text, alias, outputs, small=False):
        refs = [Ref(f"{alias}.{name}", family, exact, name, tagged=self.plain) for name, family, exact in outputs]
        return Source(text, alias, refs, None, True, small, {name for name, _, _ in outputs})

    def source(self, level, depth, first=False):
        with self.tape.span("source"):
            fresh = first and level.outer is None and self.ctes and self.tape.chance(60)
            form = "cte" if fresh else self.tape.weighted([
                (16, "table"), (3 if self.ctes else 0, "cte"), (3 if depth > 0 else 0, "query"),
                (1, "function"), (1, "values")])
            if form == "cte":
                self.constructs.add("with")
                name, outputs = self.tape.pick(self.ctes)
                alias = self.alias("w")
                return self.from_outputs(f"{name} AS {alias}", alias, outputs)
            if form == "query":
                self.constructs.add("sub-queries in FROM")
                alias = self.alias("q")
                text, outputs = self.named_query(level.outer, depth - 1)
                return self.from_outputs(f"({text}) AS {alias}", alias, outputs)
            if form == "function":
                self.constructs.add("table functions")
                alias = self.alias("f")
                if self.tape.chance(50):
                    return self.from_outputs(f"generate_series(1, 3) AS {alias}(n)", alias, [("n", "int", True)], True)
                array = self.expression(Level(outer=level.outer), "text[]", 1)
                return self.from_outputs(f"unnest({array}) AS {alias}(x)", alias, [("x", "text", True)], True)
            if form == "values":
                self.constructs.add("values")
                alias = self.alias("v")
                families = [self.tape.pick(("int", "text", "date")) for _ in range(2)]
                rows = [", ".join(self.literal(family) for family in families) for _ in range(self.tape.draw(3) + 1)]
                text = f"(VALUES {', '.join(f'({row})' for row in rows)}) AS {alias}(a, b)"
                return self.from_outputs(text, alias, [("a", families[0], True), ("b", families[1], True)], True)
            return self.table()

    def from_clause(self, level, depth):
        """Text behind FROM; the level then knows its columns."""
        first = self.source(level, depth, True)
        sources, text, total = [first], first.text, first.unique
        for _ in range(2 if depth > 0 else 1):
            with self.tape.span("join"):
                if not self.tape.chance(38 if len(sources) == 1 else 25):
                    break
                known = Level([ref for source in sources for ref in source.refs], level.outer)
                if self.tape.chance(12):
                    text, added = self.lateral(text, known, depth)
                else:
                    text, added = self.join(text, sources, known, level, depth)
                total = total + added.unique if total and added.unique else None
                sources.append(added)
        level.refs += [ref for source in sources for ref in source.refs]
        level.unique = total
        level.sources = sources
        return text

    def lateral(self, text, known, depth):
        self.constructs.add("lateral")
        alias = self.alias("l")
        word, end = self.tape.pick(((" CROSS JOIN LATERAL ", ""), (" LEFT JOIN LATERAL ", " ON true")))
        strings = [ref for ref in known.refs if ref.family == "text"]
        if strings and self.tape.chance(40):
            function = self.tape.pick(("string_to_table({}, ' ')", "unnest(string_to_array({}, ' '))",
                                       "regexp_split_to_table({}, '[ -]')"))
            function = function.format(self.tape.pick(strings).text)
            return f"{text}{word}{function} AS {alias}(x){end}", self.from_outputs("", alias, [("x", "text", True)])
        query, outputs = self.named_query(known, depth - 1)
        return f"{text}{word}({query}) AS {alias}{end}", self.from_outputs("", alias, outputs)

    def join(self, text, sources, known, level, depth):
        added = self.source(level, depth - 1)
        links = [(left, right) for left in known.refs for right in added.refs
                 if left.family == right.family and left.link and left.link == right.link]
        same = [(left, right) for left in known.refs for right in added.refs
                if left.family == right.family and left.name == right.name and left.family in ("text", "date", "int")]
        pairs = links or same
        if not pairs or (added.small and self.tape.chance(10)):
            if added.small or len(sources) == 1 and sources[0].small:
                self.constructs.add("cross join")
                return text + self.tape.pick((" CROSS JOIN ", ", ")) + added.text, added
            pairs = [(left, right) for left in known.refs for right in added.refs if left.family == right.family]
        if not pairs:
            return f"{text} JOIN {added.text} ON false", added
        if self.tape.chance(30) and same:
            pairs = same
        left, right = self.tape.pick(pairs)
        kind = self.tape.weighted([(8, "JOIN"), (6, "LEFT JOIN"), (2, "RIGHT JOIN"), (2, "FULL JOIN")])
        self.constructs.add(kind.lower())
        if left.name == right.name and len(sources) == 1 and left.name and self.tape.chance(35):
            self.constructs.add("using")
            both = sources[0].names & added.names
            merged = [Ref(left.name, left.family, left.exact, left.name)]
            natural = len(both) == 1 and self.tape.chance(40)
            known.refs += merged
            added.refs = added.refs + merged
            if natural:
                self.constructs.add("natural")
                return f"{text} NATURAL {kind} {added.text}", added
            return f"{text} {kind} {added.text} USING ({left.name})", added
        condition = f"{left.text} = {right.text}"
        if kind != "FULL JOIN" and self.tape.chance(35):
            inner = Level(known.refs + added.refs, level.outer)
            condition += f" {self.tape.pick(('AND', 'AND', 'OR'))} {self.expression(inner, 'bool', depth - 1)}"
        return f"{text} {kind} {added.text} ON {condition}", added

    def named_query(self, outer, depth):
        """A query whose outputs have names, for FROM and WITH (made by queries.py)."""
        raise NotImplementedError
