"""psqlodbc through unixODBC and pyodbc: SQLDescribeParam, server-side prepares, UseDeclareFetch cursors, catalog
functions, arrays of parameters. Connects by the PG* variables. Each step begins with `-- name` and may fail."""
import datetime
import decimal
import os
import re
import sys

import pyodbc

PATIENT = ("INSERT INTO patients (id, mrn, ssn, last_name, first_name, dob, state, email, photo) "
           "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)")
pyodbc.pooling = False


def connect(**options):
    words = {"Driver": "/usr/lib/x86_64-linux-gnu/odbc/psqlodbcw.so" if os.path.exists("/usr/lib/x86_64-linux-gnu/odbc/psqlodbcw.so")
             else "PostgreSQL Unicode", "Server": os.environ["PGHOST"], "Port": os.environ["PGPORT"],
             "Database": os.environ["PGDATABASE"], "Uid": os.environ["PGUSER"], "Pwd": os.environ["PGPASSWORD"],
             "SSLmode": "disable", **options}
    return pyodbc.connect(";".join(f"{key}={value}" for key, value in words.items()))


def show(cursor):
    if cursor.description:
        print([(name, kind.__name__, size, precision, scale, null) for name, kind, _, size, precision, scale, null in
               cursor.description])
        for row in cursor.fetchall():
            print(repr(tuple(row)))
    else:
        print("changed", cursor.rowcount)


class Steps:
    def __init__(self, connection, suffix):
        self.connection, self.suffix = connection, suffix

    def run(self, name, step):
        print(f"-- {name} {self.suffix}")
        try:
            step(self.connection.cursor())
        except pyodbc.Error as problem:
            state, words = problem.args[0], "" if len(problem.args) < 2 else problem.args[1]
            words = re.sub(r"\s*\(\d+\) \(SQL\w+\)$", "", words)
            print(type(problem).__name__, state, "" if state == "42501" else words)
        self.connection.rollback()


def types(c):
    show(c.execute("SELECT id, mrn, ssn, last_name, dob, sex, state, external_ref, emergency, photo, vip, registered_at "
                   "FROM patients WHERE id = ?", 33))
    show(c.execute("SELECT ssn, zip, emergency, photo FROM patients WHERE id = ?", 100))
    show(c.execute("SELECT temperature, pulse, fasting, checked_in, fee, patient_id FROM visits WHERE id < ? ORDER BY id", 7))


def searches(c):
    ssn = c.execute("SELECT ssn FROM patients WHERE id = 33").fetchval()
    show(c.execute("SELECT id, last_name FROM patients WHERE ssn = ?", ssn))
    show(c.execute("SELECT id, last_name FROM patients WHERE last_name LIKE ? ORDER BY id", "Mu%"))
    show(c.execute("SELECT id FROM patients WHERE dob = ? OR mrn = ? ORDER BY id", datetime.date(1947, 11, 19), "MRN0000042"))
    for page in range(3):
        show(c.execute("SELECT id, last_name FROM patients ORDER BY last_name, id LIMIT ? OFFSET ?", 4, 4 * page))


def write(c):
    show(c.execute(PATIENT, 9850, "O1", "111-22-3333", "Ödbc", "X", datetime.date(1999, 12, 31), "CA", None, b"\0\xff"))
    show(c.execute("INSERT INTO visits (patient_id, practitioner_id, visit_at, kind, temperature, pulse, fasting, checked_in) "
                   "VALUES (?, 1, ?, ?, ?, ?, ?, ?) RETURNING temperature, pulse, fasting, checked_in", 9850,
                   datetime.datetime(2026, 1, 1), "acute", decimal.Decimal("38.1"), 70, True,
                   datetime.datetime(2026, 1, 1, 3, 4, 5, 6000)))
    show(c.execute("UPDATE patients SET last_name = ?, photo = ?, dob = ? WHERE mrn = ?", "Changed", None,
                   datetime.date(2001, 1, 1), "O1"))
    show(c.execute("SELECT last_name, photo, dob, revision FROM patients WHERE id = ?", 9850))
    show(c.execute("DELETE FROM visits WHERE patient_id = ?", 9850))
    show(c.execute("DELETE FROM patients WHERE ssn = ?", "111-22-3333"))


def on_conflict(c):
    show(c.execute(PATIENT + " ON CONFLICT (mrn) DO UPDATE SET last_name = excluded.last_name RETURNING id, last_name", 9851,
                   "MRN0000042", None, "Upserted", "X", datetime.date(2000, 1, 1), "CA", None, None))


def many(c):
    rows = [(9860 + i, f"O{i}", f"222-33-{i:04}", f"Many{i}", "X", datetime.date(2000, 1, 1 + i), "NY", None, None) for i in range(20)]
    c.executemany(PATIENT, rows)
    show(c.execute("SELECT id, last_name, ssn, dob FROM patients WHERE id >= ? ORDER BY id", 9860))


def many_fast(c):
    c.fast_executemany = True
    many(c)


def batches(c):
    c.execute("SELECT id, last_name FROM patients WHERE id < ? ORDER BY id", 30)
    while rows := c.fetchmany(7):
        print([tuple(row) for row in rows])


def catalog(c):
    for row in c.columns(table="patients", schema="public"):
        print(row.table_name, row.column_name, row.data_type, row.type_name, row.column_size, row.decimal_digits, row.nullable,
              row.column_def)
    print([(row.table_name, row.table_type) for row in c.tables(schema="public")])
    print([(row.column_name, row.key_seq, row.pk_name) for row in c.primaryKeys("insurance", schema="public")])
    print([(row.fkcolumn_name, row.pktable_name) for row in c.foreignKeys(foreignTable="visits", foreignSchema="public")])
    print([(row.index_name, row.column_name, row.non_unique) for row in c.statistics("insurance", schema="public", unique=True)])
    print([(row.column_name, row.type_name) for row in c.rowIdColumns("patients", schema="public")])


def parameters(c):
    c.execute("SELECT id FROM patients WHERE last_name = ? AND dob < ? AND vip = ?", "Ng", "2020-01-01", False)
    show(c)


ERRORS = {
    "unique": (PATIENT, 9852, "MRN0000042", None, "U", "X", datetime.date(2000, 1, 1), "CA", None, None),
    "date": ("SELECT id FROM patients WHERE dob = ?", "1999-02-30"),
    "date literal": ("SELECT id FROM patients WHERE dob = '1999-02-30'",),
    "syntax": ("SELECT id FROM patients WHERE last_name = = 'x'",),
    "column": ("SELECT id, nosuch FROM patients WHERE id = ?", 1),
    "not null": ("UPDATE patients SET last_name = ? WHERE id = 3", None),
    "denied": ("UPDATE consents SET signature = ? WHERE id = 1", b"x"),
}
# UseServerSidePrepare=0 writes values into the text; UseDeclareFetch=1 reads by DECLARE and FETCH.
for suffix, options in (("prepared", {}), ("literals", {"UseServerSidePrepare": 0}), ("declare", {"UseDeclareFetch": 1, "Fetch": 5}),
                        ("savepoints", {"Protocol": "7.4-2", "ByteaAsLongVarBinary": 1, "BoolsAsChar": 0})):
    connection = connect(**options)
    print(f"-- connect {suffix}")
    print(connection.getinfo(pyodbc.SQL_DBMS_NAME), connection.getinfo(pyodbc.SQL_DRIVER_NAME))
    steps = Steps(connection, suffix)
    for step in (types, searches, write, on_conflict, many, many_fast, batches, catalog, parameters):
        steps.run(step.__name__, step)
    for name, (statement, *values) in ERRORS.items():
        steps.run(f"error {name}", lambda c: show(c.execute(statement, *values)))
    print(f"-- after an error {suffix}")
    cursor = connection.cursor()
    try:
        cursor.execute("UPDATE patients SET dob = ? WHERE id = 3", "nonsense")
    except pyodbc.Error as problem:
        print(problem.args[0])
    try:
        show(cursor.execute("SELECT last_name FROM patients WHERE id = ?", 3))
    except pyodbc.Error as problem:
        print(problem.args[0])
    connection.rollback()
    connection.close()
    sys.stdout.flush()
