"""The oracle: for each role a plain PostgreSQL database that holds the role's virtual database.

It is made from policy.toml by an implementation of its own (masks in SQL here, not pgveil's), so that a
mistake in pgveil's masks cannot hide in both. Readable columns hold the clear or the masked value; rows
outside the row filter are deleted; what a role may not read or write is a missing column privilege, so
that PostgreSQL itself answers 42501.
"""
import tomllib

from harness import CLINIC, LOGIN_OF_ROLE

# 45 CFR 164.514(b)(2)(i)(B): the union of the 2000 and 2010 census lists.
SMALL_AREAS = ("036 059 063 102 202 203 204 205 369 556 692 753 772 790 821 823 830 831 878 879 884 890 "
               "893").split()
EVERYBODY = "clinicians, billing_staff, reception, biller, dr_adams, visitor"


def masked(kind, column):
    """The mask as an SQL expression over the column."""
    if kind == "null":
        return "NULL"
    if kind == "redact":
        return "'***'"
    if kind == "last4":
        return f"regexp_replace({column}::text, '.(?=.{{4}})', '*', 'g')"
    if kind == "year":
        return f"make_date(extract(year FROM {column})::integer, 1, 1)"
    if kind == "zip3":
        small = ", ".join(f"'{area}'" for area in SMALL_AREAS)
        return f"(CASE WHEN substr({column}, 1, 3) IN ({small}) THEN '000' ELSE substr({column}, 1, 3) END)"
    raise ValueError(f"no such mask: {kind}")


class Policy:
    def __init__(self, text=None):
        self.data = tomllib.loads(text or (CLINIC / "policy.toml").read_text())

    def verbs(self, role, data_class):
        allow = self.data["role"].get(role, {}).get("allow", {})
        return allow.get(data_class, allow.get("*", []))

    def tables(self):
        return {name: table.get("column", {}) for name, table in self.data["table"].items()}

    def rows(self, role):
        return self.data["role"].get(role, {}).get("rows", {})


def create(cluster, role, source="clinic", policy=None, database=None, login=None):
    """Copies the plaintext clinic (before `pgveil apply`) and turns it into the role's database."""
    policy = policy or Policy()
    database = database or f"oracle_{role}"
    login = login or LOGIN_OF_ROLE[role]
    cluster.sql("postgres", f"CREATE DATABASE {database} TEMPLATE {source}")
    script = ["SET session_replication_role = replica;"]  # no triggers, no foreign keys while masking
    for table, columns in policy.tables().items():
        script += mask_table(cluster, database, table, columns, policy, role)
    for table, condition in policy.rows(role).items():
        script += drop_constraints(cluster, database, f"confrelid = '{table}'::regclass AND contype = 'f'")
        script.append(f"DELETE FROM {table} WHERE NOT ({condition});")
    script += grants(cluster, database, policy, role, login)
    script.append("ANALYZE;")
    cluster.psql(database, "-f", "-", input="\n".join(script))
    return database


def mask_table(cluster, database, table, columns, policy, role):
    script, changes = [], []
    for column, settings in columns.items():
        verbs = policy.verbs(role, settings["class"])
        if "clear" in verbs or "masked" not in verbs:
            continue
        script += drop_constraints(
            cluster, database, f"conrelid = '{table}'::regclass AND contype IN ('u', 'c') AND EXISTS (SELECT FROM "
            f"pg_attribute a WHERE a.attrelid = conrelid AND a.attnum = ANY (conkey) AND a.attname = '{column}')")
        script.append(f"ALTER TABLE {table} ALTER COLUMN {column} DROP NOT NULL;")
        expression = masked(settings.get("mask", "null"), column)
        changes.append(f"{column} = NULL" if expression == "NULL"
                       else f"{column} = CASE WHEN {column} IS NOT NULL THEN {expression} END")
    if changes:
        script.append(f"UPDATE {table} SET {', '.join(changes)};")
    return script


def drop_constraints(cluster, database, condition):
    found = cluster.sql(database, f"SELECT format('ALTER TABLE %s DROP CONSTRAINT IF EXISTS %I;', "
                                  f"conrelid::regclass, conname) FROM pg_constraint WHERE {condition}")
    return found.splitlines()


def grants(cluster, database, policy, role, login):
    script = [f"REVOKE ALL ON ALL TABLES IN SCHEMA public, billing FROM {EVERYBODY};",
              f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public, billing TO {login};"]
    for table, tagged in policy.tables().items():
        names = cluster.sql(database, f"SELECT attname FROM pg_attribute WHERE attrelid = '{table}'::regclass "
                                      "AND attnum > 0 AND NOT attisdropped ORDER BY attnum").splitlines()
        script.append(f"REVOKE ALL ON {table} FROM {login};")
        for privilege, wanted in (("SELECT", {"clear", "masked"}), ("INSERT", {"create"}), ("UPDATE", {"change"})):
            allowed = [name for name in names if name not in tagged
                       or wanted & set(policy.verbs(role, tagged[name]["class"]))]
            rows = ["ctid", "xmin"] if privilege == "SELECT" else []  # not those of the policy
            listed = "" if len(allowed) == len(names) else f" ({', '.join(allowed + rows)})"
            script.append(f"GRANT {privilege}{listed} ON {table} TO {login};")
        if all("delete" in policy.verbs(role, column["class"]) for column in tagged.values()):
            script.append(f"GRANT DELETE ON {table} TO {login};")
    return script
