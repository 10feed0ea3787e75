"""SELECT in all its forms."""
import re

import schema
from expressions import Level, Ref
from grammar import AGGREGATES, SORTED
from sources import Sources


class Queries(Sources):
    # -- one SELECT -------------------------------------------------------------------------------------
    def select(self, outer, depth, families=None, exact=False, names=False, top=False):
        """(text, outputs, ordered): outputs are (name, family, exact). `exact`: no output may be fuzzy."""
        with self.tape.span("select"):
            level = Level(outer=outer)
            source = self.from_clause(level, depth)
            where = ""
            with self.tape.span("where"):
                if self.tape.chance(60):
                    where = f" WHERE {self.expression(level, 'bool', depth)}"
                    if self.tape.chance(30):
                        where += f" AND {self.expression(level, 'bool', depth - 1)}"
            grouping = ""
            with self.tape.span("group"):
                if self.tape.chance(30 if self.plain else 24):
                    grouping = self.group(level, depth)
            distinct = level.groups is None and self.tape.chance(20 if self.plain else 10)
            orders = self.tape.draw(4) if top or self.tape.chance(20) else 0
            exact = exact or distinct or orders > 1
            level.windows = not distinct
            items, outputs = self.outputs(level, depth, families, exact, names, top)
            text = f"{', '.join(items)} FROM {source}{where}{grouping}"
            if distinct and level.unique and families is None and self.tape.chance(30):
                self.constructs.add("distinct on")
                key = self.tape.pick(level.refs).text
                return f"SELECT DISTINCT ON ({key}) {text} ORDER BY {key}, {', '.join(level.unique)}", outputs, False
            if distinct:
                self.constructs.add("distinct")
            tail, ordered = self.order(level, items, outputs, orders, distinct, exact)
            return f"SELECT {'DISTINCT ' if distinct else ''}{text}{tail}", outputs, ordered

    def outputs(self, level, depth, families, exact, names, top):
        items, outputs = [], []
        inner = Level(level.refs, level.outer, level.groups, level.unique, level.windows)
        wanted = families or [None] * (1 + self.tape.draw(4))
        for number, family in enumerate(wanted):
            with self.tape.span("output"):
                if number and families is None and not self.tape.chance(80):
                    break
                if top and families is None and not exact and level.groups is None and self.tape.chance(10):
                    items.append(self.whole(level))
                    outputs.append(("whole", "row", False))
                    continue
                family = family or self.tape.weighted([(60 if self.plain else 14, self.any_family(inner)), (4, "text"), (2, "int"), (1, "date"),
                                                       (1, "num"), (1, "bool"), (1, "json"), (1, "interval"), (1, "ts"),
                                                       (1, "float"), (1, "text[]"), (1, "bytes")])
                fuzzy = family in schema.FUZZY and not exact
                text = self.expression(inner, family, depth, exact=not fuzzy)
                name = f"c{number + 1}"
                if names or self.tape.chance(30):
                    text += f" AS {name}"
                items.append(text)
                outputs.append((name, family, not fuzzy))
        return items, outputs

    def whole(self, level):
        """Rows as values, and what a query says with a star."""
        sources = [source for source in level.sources if source.whole]
        if not sources:
            return "count(*) OVER ()"
        self.constructs.add("whole rows")
        alias = self.tape.pick(sources).alias
        return self.tape.pick((f"{alias}.*", alias, f"to_jsonb({alias})", f"row_to_json({alias})::text", f"{alias}::text",
                               f"{alias} IS NOT NULL", f"({alias}).*", f"ROW({alias}.*)", f"{alias} = {alias}"))

    def group(self, level, depth):
        """GROUP BY and HAVING; the level becomes one of groups."""
        found = [ref for ref in level.refs if ref.exact and ref.family in SORTED]
        texts, groups = [], []
        for _ in range(self.tape.draw(3) if found else 0):
            with self.tape.span("key"):
                tagged = [item for item in found if item.tagged]
                ref = self.tape.pick(tagged if tagged and self.tape.chance(60) else found)
                if self.tape.chance(10 if self.plain else 30):
                    text = self.expression(level, ref.family, 1, exact=True)
                    if any(other.text in text for other in level.refs):
                        ref = Ref(text, ref.family, True, simple=False)
                texts.append(ref.text)
                groups.append(ref)
        if texts:
            listed = ", ".join(texts)
            sets = f"GROUPING SETS (({texts[0]}), ({listed}), ())"
            clause = self.tape.weighted([(12, listed), (1, f"ROLLUP ({listed})"), (1, f"CUBE ({listed})"), (1, sets)])
            if clause != listed:
                self.constructs.add("grouping sets, rollup, cube")
                groups.append(Ref(f"GROUPING({texts[0]})", "int", simple=False))
        self.constructs.add("group by" if texts else "aggregates without groups")
        level.groups, level.unique = groups, None
        having = ""
        if self.tape.chance(25):
            self.constructs.add("having")
            having = f" HAVING {self.expression(level, 'bool', depth - 1)}"
        return (f" GROUP BY {clause}" if texts else "") + having

    def order(self, level, items, outputs, orders, distinct, exact):
        """ORDER BY and what cuts rows off, where all rows have a place; (text, whether their order is fixed)."""
        if not orders or any("*" in item and item.endswith("*") for item in items):
            return "", False
        total, tail = False, ""
        numbers = [str(number) + self.tape.pick(("", "", " DESC", " NULLS FIRST", " DESC NULLS LAST"))
                   for number in range(1, len(items) + 1)]
        if orders >= 2 and exact and all(fixed for _, _, fixed in outputs):
            self.constructs.add("order by")
            tail, total = f" ORDER BY {', '.join(numbers)}", True
        elif level.unique and level.groups is None and not distinct:
            self.constructs.add("order by")
            key = self.expression(Level(level.refs, level.outer), self.any_family(level), 1)
            key = f"{key}, " if any(ref.text in key for ref in level.refs) else ""
            tail, total = f" ORDER BY {key}{self.tape.pick(('', ''))}{', '.join(level.unique)}", True
        if total and self.tape.chance(45):
            self.constructs.add("limit, offset")
            tail += self.tape.pick((" LIMIT 5", " LIMIT 3 OFFSET 2", " OFFSET 4", " FETCH FIRST 4 ROWS WITH TIES",
                                    " LIMIT 0", " LIMIT ALL"))
        return tail, total

    # -- queries inside others --------------------------------------------------------------------------
    def named_query(self, outer, depth):
        if depth > 0 and self.tape.chance(12):
            text, outputs, _ = self.set_operation(outer, depth - 1, names=True)
            return text, outputs
        text, outputs, _ = self.select(outer, max(depth, 0), names=True)
        return text, outputs

    def subquery(self, level, families, depth):
        with self.tape.span("subquery"):
            outer = level if level.groups is None else Level(groups=level.groups, outer=level.outer, aggregates=False)
            if families and self.tape.chance(8):
                return f"({self.set_operation(outer, 0, families)[0]})"
            return f"({self.select(outer, max(depth, 0), families or ['int'])[0]})"

    def scalar_subquery(self, level, family, depth, exact):
        table = [entry for entry in AGGREGATES.get(family, ()) if not exact or entry[2].startswith("=")]
        if depth <= 0 or not table:
            return None
        self.constructs.add("scalar sub-queries")
        with self.tape.span("scalar"):
            outer = level if level.groups is None else Level(groups=level.groups, outer=level.outer, aggregates=False)
            inner = Level(outer=outer)
            source = self.from_clause(inner, 0)
            where = f" WHERE {self.expression(inner, 'bool', 1)}" if self.tape.chance(80) else ""
            own = Level(inner.refs, None)
            return f"(SELECT {self.template(own, table, 1)} FROM {source}{where})"

    # -- queries of queries -----------------------------------------------------------------------------
    def set_operation(self, outer, depth, families=None, names=False):
        fixed = families
        families = families or [self.tape.pick(("text", "int", "date", "bool", "num"))
                                for _ in range(1 + self.tape.draw(3))]
        word = self.tape.pick(("UNION ALL", "UNION", "INTERSECT", "EXCEPT", "INTERSECT ALL", "EXCEPT ALL"))
        self.constructs.add(word.lower())
        arms, same = [], None
        if self.plain and not fixed and self.tape.chance(50):
            same = self.same_columns()
            families = [item.family for item in same[1]]
        for number in range(2 + self.tape.chance(20)):
            with self.tape.span("arm"):
                if same:
                    arms.append(self.same_arm(*same, names))
                    continue
                arms.append(self.select(outer, depth, families, exact=True, names=names and not number)[0])
        text = f" {word} ".join(f"({arm})" for arm in arms)
        if self.tape.chance(50):
            self.constructs.add("order by")
            text += f" ORDER BY {', '.join(str(number + 1) for number in range(len(families)))}"
            text += self.tape.pick(("", " LIMIT 5", " OFFSET 2"))
            return text, [(f"c{n + 1}", family, True) for n, family in enumerate(families)], True
        return text, [(f"c{n + 1}", family, True) for n, family in enumerate(families)], False

    def same_columns(self):
        """A relation and columns of it that all arms of a set operation read."""
        relation = self.tape.pick(list(self.relations.values()))
        found = [item for item in relation.columns if item.exact]
        return relation, self.tape.some(found, 1, 2)

    def same_arm(self, relation, columns, names):
        alias = self.alias("s")
        level = Level([Ref(f"{alias}.{item.name}", item.family, item.exact, item.name, tagged=item.tagged)
                       for item in relation.columns])
        items = [f"{alias}.{item.name}" + (f" AS c{number + 1}" if names else "") for number, item in enumerate(columns)]
        where = f" WHERE {self.condition(level, 0)}" if self.tape.chance(60) else ""
        return f"SELECT {', '.join(items)} FROM {relation.name} AS {alias}{where}"

    def with_clause(self, depth):
        if self.tape.chance(20):
            return self.recursive()
        parts = []
        for _ in range(1 + self.tape.chance(25)):
            with self.tape.span("cte"):
                name = self.alias("cte")
                kind = self.tape.pick(("", "MATERIALIZED ", "NOT MATERIALIZED "))
                text, outputs = self.named_query(None, depth - 1)
                self.constructs.add("with materialized" if kind else "with")
                parts.append(f"{name} AS {kind}({text})")
                self.ctes.append((name, outputs))
        return f"WITH {', '.join(parts)} "

    def recursive(self):
        self.constructs.add("with recursive")
        name, union = self.alias("cte"), self.tape.pick(("UNION ALL", "UNION"))
        if "patients" in self.relations and self.relations["patients"].named("last_name") and self.tape.chance(60):
            level = Level([Ref(f"p.{item.name}", item.family, item.exact, item.name)
                           for item in self.relations["patients"].columns])
            value = self.expression(level, "text", 1)
            step = self.tape.pick((f"({name}.t || '+')::text", f"({value})::text", f"coalesce(({value})::text, {name}.t)"))
            self.ctes.append((name, [("id", "int", True), ("t", "text", True), ("n", "int", True)]))
            return (f"WITH RECURSIVE {name}(id, t, n) AS (SELECT p.id, ({value})::text, 1 FROM patients p WHERE p.id < 9 "
                    f"{union} SELECT p.id, {step}, {name}.n + 1 FROM patients p JOIN {name} ON p.id = {name}.id + 9 "
                    f"WHERE {name}.n < 4) ")
        value = self.expression(Level(), "text", 1)
        self.ctes.append((name, [("n", "int", True), ("t", "text", True)]))
        return (f"WITH RECURSIVE {name}(n, t) AS (SELECT 1, ({value})::text {union} SELECT {name}.n + 1, {name}.t || 'x' "
                f"FROM {name} WHERE {name}.n < 4) ")

    def read(self):
        """A whole statement that reads: (text, whether the order of its rows is fixed)."""
        form = self.tape.weighted([(30, "select"), (6, "set"), (7, "with"), (1, "values"), (1, "table"), (1, "lock")])
        if form == "values":
            self.constructs.add("values")
            level = Level()
            rows = [f"({self.expression(level, 'text', 2)}, {self.expression(level, 'int', 2)})" for _ in range(2)]
            return f"VALUES {', '.join(rows)}", False
        if form == "table":
            return f"TABLE {self.tape.pick([name for name, item in self.relations.items() if not item.hidden] or ['payers'])}", False
        if form == "lock":
            return self.locking(), False
        clause = self.with_clause(2) if form == "with" else ""
        if form == "set":
            text, _, ordered = self.set_operation(None, 1)
        else:
            text, _, ordered = self.select(None, 2, top=True)
        return clause + text, ordered

    def locking(self):
        self.constructs.add("for update, for share")
        source, level = self.table(), Level()
        level.refs = source.refs
        where = self.condition(level, self.tape.pick((0, 1)))
        items = ", ".join(ref.text for ref in self.tape.some(source.refs, 1, 3))
        if self.tape.chance(40):
            items += ", " + self.expression(level, "text", 1)
        if self.tape.chance(15) and source.unique and "ONLY" not in source.text:
            self.constructs.add("system columns")
            items += f", {source.alias}.ctid IS NULL, {source.alias}.xmin IS NOT NULL"
        tail = ""
        if self.tape.chance(30) and source.unique:
            tail = f" ORDER BY {', '.join(source.unique)} LIMIT {self.tape.pick((1, 3))}"
        strength = self.tape.pick(("UPDATE", "SHARE", "KEY SHARE", "NO KEY UPDATE"))
        of = f" OF {source.alias}" if self.tape.chance(20) else ""
        wait = self.tape.pick(("", "", " NOWAIT", " SKIP LOCKED"))
        return f"SELECT {items} FROM {source.text} WHERE {where}{tail} FOR {strength}{of}{wait}"


def renumbered(text, params):
    """The statement with its parameters as $1, $2, … without gaps, and those parameters."""
    order = []

    def number(match):
        index = int(match.group(1)) - 1
        if index not in order:
            order.append(index)
        return f"${order.index(index) + 1}"
    return re.sub(r"\$(\d+)", number, text), [params[index] for index in order]
