"""INSERT, UPDATE and DELETE. Each runs in a block that is rolled back; a SELECT shows what it did to the table.

Keys are always given (sequences are not rolled back), defaults that read a clock never taken."""
import schema
from expressions import Level, Ref
from queries import Queries

# Columns that an INSERT must give, with new values; what else is taken at random.
NEW = {
    "patients": {"id": ("9001", "9002"), "mrn": ("MRN9000001", "MRN9000002", "MRN0000003"), "last_name": None,
                 "first_name": None, "dob": None, "state": ("CA", "TX", "xx"), "registered_at": None},
    "visits": {"id": ("9001", "9002"), "patient_id": ("3", "5"), "practitioner_id": ("1", "2", "9999"), "visit_at": None,
               "kind": None, "status": ("open", "closed", "lost")},
    "diagnoses": {"id": ("9001", "9002"), "visit_id": ("4", "6"), "patient_id": ("3", "5"),
                  "code": ("I10", "B20", "bad"), "description": None},
    "prescriptions": {"id": ("00000000-0000-0000-0000-000000000001", "00000000-0000-0000-0000-000000000002"),
                      "patient_id": ("3", "5"), "drug": None, "started": None},
    "lab_results": {"id": ("9001", "9002"), "patient_id": ("3", "5"), "test_code": None, "unit": ("mg", "ml")},
    "insurance": {"patient_id": ("8", "16", "3"), "payer_id": ("7", "6"), "member_no": ("M900000001", "M900000002"),
                  "valid_from": None},
    "appointments": {"id": ("9001", "9002"), "patient_id": ("3", "5"), "practitioner_id": ("1", "2"),
                     "starts_at": ("2031-01-01 08:00", "2031-01-01 09:00")},
    "documents": {"id": ("00000000-0000-0000-0000-000000000001", "00000000-0000-0000-0000-000000000002"),
                  "patient_id": ("3", "5"), "title": None, "mime": ("text/plain",)},
    "consents": {"id": ("9001", "9002"), "patient_id": ("3", "5"), "kind": ("treatment", "research"), "given_at": None},
    "billing.invoices": {"id": ("9001", "9002"), "patient_id": ("3", "5"), "issued": None, "amount": None},
    "rooms": {"name": ("R900", "R901", "R101"), "floor": ("1", "2"), "seats": ("1", "0", "4")},
    "payers": {"id": ("90", "91", "1"), "name": ("New payer", "Medicare")},
}
LEAVES = ("diagnoses", "prescriptions", "lab_results", "insurance", "appointments", "documents", "consents",
          "billing.invoices")
FIXED = {"id", "patient_id", "practitioner_id", "visit_id", "payer_id", "vip", "revision", "unit", "name"}
UNIQUE = {"patients": ("mrn", "ssn", "id"), "insurance": ("member_no",), "payers": ("name", "id"), "rooms": ("name",)}


class Writes(Queries):
    def write(self):
        """(the statement, the query that shows its effect)."""
        tables = [name for name in NEW if name in self.relations]
        table = self.tape.pick(tables)
        relation = self.relations[table]
        form = self.tape.weighted([(5, self.update), (4, self.insert), (2 if table in LEAVES else 0, self.delete)])
        text = form(table, relation)
        keys = [item.name for item in schema.all_relations()[table].columns if item.key]
        shown = [item.name for item in relation.columns if item.name != "registered_at"]
        return text, f"SELECT {', '.join(shown)} FROM {table} ORDER BY {', '.join(keys)}"

    def refs(self, relation, alias):
        return [Ref(f"{alias}.{item.name}", item.family, item.exact, item.name) for item in relation.columns]

    def returning(self, relation, alias, more=()):
        if not self.tape.chance(50):
            return ""
        self.constructs.add("returning")
        level = Level(self.refs(relation, alias) + list(more))
        level.refs = [ref for ref in level.refs if ref.name != "registered_at"]
        items = [ref.text for ref in self.tape.some(level.refs, 1, 3)]
        if self.tape.chance(35):
            self.constructs.add("returning an expression")
            items.append(self.expression(level, self.any_family(level), 2))
        return f" RETURNING {', '.join(items)}"

    def value(self, item, level=None, depth=2):
        """What is stored: mostly a value, at times an expression."""
        form = self.tape.weighted([(8, "value"), (2, "expression"), (1, "default")])
        if form == "expression":
            self.constructs.add("stored expressions")
            text = self.expression(level or Level(), item.family, depth)
            return f"({text})::{schema.SQL_TYPE[item.family]}" if self.tape.chance(30) else text
        return self.literal(item.family, item.name, bare=True)

    def insert(self, table, relation):
        self.constructs.add("insert")
        alias, given = self.alias("n"), NEW[table]
        more = [item for item in relation.columns if item.name not in given and item.name not in FIXED]
        more = self.tape.some(more, 0, 4) if more else []
        columns = [schema.all_relations()[table].named(name) for name in given] + more
        columns = [item for item in columns if item.name != "vip"]
        if self.tape.chance(12):
            return self.insert_select(table, relation, columns, alias)
        rows = []
        for number in range(1 + self.tape.chance(30)):
            with self.tape.span("row"):
                cells = []
                for item in columns:
                    fresh = given.get(item.name)
                    if fresh:
                        cells.append("'" + (fresh[number % len(fresh)] if not self.tape.chance(8) else self.tape.pick(fresh)) + "'")
                    else:
                        cells.append(self.value(item))
                rows.append(f"({', '.join(cells)})")
        if len(rows) > 1:
            self.constructs.add("insert of several rows")
        names = ", ".join(item.name for item in columns)
        text = f"INSERT INTO {table} AS {alias} ({names}) VALUES {', '.join(rows)}"
        if table in UNIQUE and self.tape.chance(30):
            self.constructs.add("on conflict")
            target = self.tape.pick(UNIQUE[table])
            changed = [item for item in columns if item.name not in FIXED and item.name not in UNIQUE[table]]
            action = "DO NOTHING"
            if changed and self.tape.chance(60):
                item = self.tape.pick(changed)
                action = f"DO UPDATE SET {item.name} = " + self.tape.pick((f"excluded.{item.name}", self.value(item)))
            text += f" ON CONFLICT ({target}) {action}"
        return text + self.returning(relation, alias)

    def insert_select(self, table, relation, columns, alias):
        self.constructs.add("insert from a query")
        source = self.table()
        level, cells = Level(source.refs), []
        for item in columns:
            fresh = NEW[table].get(item.name)
            same = [ref for ref in source.refs if ref.name == item.name and ref.family == item.family]
            if fresh:
                cells.append(f"'{fresh[0]}'")
            elif same and self.tape.chance(70):
                cells.append(same[0].text)
            else:
                cells.append(self.value(item, level))
        order = f" ORDER BY {', '.join(source.unique)}" if source.unique else ""
        return (f"INSERT INTO {table} AS {alias} ({', '.join(item.name for item in columns)}) SELECT {', '.join(cells)} "
                f"FROM {source.text}{order} LIMIT 1{self.returning(relation, alias)}")

    def where(self, table, relation, alias, level):
        if self.tape.chance(45):
            keys = [item for item in relation.columns if item.key and item.family == "int"]
            if keys:
                return f" WHERE {alias}.{keys[0].name} {self.tape.pick(('= 3', 'IN (3, 4, 11)', '< 12'))}"
        return f" WHERE {self.expression(level, 'bool', 1)}"

    def update(self, table, relation):
        self.constructs.add("update")
        alias = self.alias("u")
        level = Level(self.refs(relation, alias))
        items = [item for item in relation.columns if item.name not in FIXED and not item.key]
        if not items:  # nothing that this role may change, but keys, which the oracle does not check for all roles
            return self.delete(table, relation)
        chosen = self.tape.some(items, 1, 3)
        sets = ", ".join(f"{item.name} = {self.value(item, level)}" for item in chosen)
        if len(chosen) > 1 and self.tape.chance(15):
            self.constructs.add("multiple assignment")
            values = ", ".join(self.value(item, level) for item in chosen)
            sets = f"({', '.join(item.name for item in chosen)}) = ROW({values})"
        text, more = f"UPDATE {table} AS {alias} SET {sets}", ()
        links = [item for item in relation.columns if item.link]
        if links and self.tape.chance(15):
            added = self.table()
            pairs = [(item, ref) for item in links for ref in added.refs if item.link == ref.link]
            keyed = [pair for pair in pairs if [pair[1].text] == added.unique]
            if keyed:
                self.constructs.add("update from")
                item, ref = self.tape.pick(keyed)
                return (f"{text} FROM {added.text} WHERE {alias}.{item.name} = {ref.text} AND "
                        f"{self.expression(level, 'bool', 1)}{self.returning(relation, alias, added.refs)}")
        return text + self.where(table, relation, alias, level) + self.returning(relation, alias, more)

    def delete(self, table, relation):
        self.constructs.add("delete")
        alias = self.alias("d")
        level = Level(self.refs(relation, alias))
        return f"DELETE FROM {table} AS {alias}{self.where(table, relation, alias, level)}{self.returning(relation, alias)}"
