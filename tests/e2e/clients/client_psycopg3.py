"""psycopg 3: registered types, pipeline mode, executemany with results, server-side cursors, COPY blocks and rows,
client-side cursors, async, two-phase names, errors with their diagnostics. Connects by the PG* variables. Each
step begins with `-- name` and may fail by itself."""
import asyncio
import datetime
import decimal
import logging
import uuid

import psycopg
from psycopg import sql
from psycopg.rows import dict_row, namedtuple_row
from psycopg.types.composite import CompositeInfo, register_composite
from psycopg.types.enum import EnumInfo, register_enum
from psycopg.types.json import Jsonb

# How soon a failed pipeline is noticed is chance, and so is what psycopg then says to its log.
logging.getLogger("psycopg").setLevel(logging.CRITICAL)

PATIENT = ("INSERT INTO patients (id, mrn, ssn, last_name, first_name, dob, state, external_ref, emergency, photo) "
           "VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s) ")


def show(cursor):
    print(cursor.statusmessage, [(d.name, d.type_code if d.type_code < 16384 else "own", d.internal_size, d.precision, d.scale)
                                 for d in cursor.description or []])
    for row in cursor if cursor.description else []:
        print(repr(row))


def told(problem):
    d = getattr(problem, "diag", None)
    state = d.sqlstate if d else None
    print(type(problem).__name__, state, "" if state == "42501" or not d else (d.message_primary, d.statement_position, d.table_name,
                                                                              d.column_name, d.constraint_name, d.severity))


def step(connection, name, body, **options):
    print(f"-- {name}")
    try:
        with connection.cursor(**options) as cursor:
            body(connection, cursor)
    except psycopg.Error as problem:
        told(problem)
    connection.rollback()


def types(c, cursor):
    show(cursor.execute("SELECT id, ssn, last_name, dob, sex, state, external_ref, emergency, photo, vip, registered_at FROM patients WHERE id = %s", (33,)))
    show(cursor.execute("SELECT ssn, emergency, photo FROM patients WHERE id = %s", (100,)))
    show(cursor.execute("SELECT temperature, pulse, fasting, checked_in, fee FROM visits WHERE id < %s ORDER BY id", (7,)))
    show(cursor.execute("SELECT array_agg(last_name ORDER BY id), array_agg(dob ORDER BY id) FROM patients WHERE id < %s", (6,)))
    show(cursor.execute("SELECT row_to_json(p)->>'last_name', (p).dob FROM patients p WHERE id = %s", (3,)))


def registered(c, cursor):
    register_enum(EnumInfo.fetch(c, "sex_type"), c)
    register_composite(CompositeInfo.fetch(c, "patients"), c)
    cursor = c.cursor(binary=cursor.format == psycopg.pq.Format.BINARY)  # the old one does not know them
    show(cursor.execute("SELECT sex FROM patients WHERE id = 33"))
    row = cursor.execute("SELECT p FROM patients p WHERE id = 33").fetchone()
    print(row[0].last_name, row[0].dob, row[0].external_ref, row[0].sex)
    show(cursor.execute("SELECT array_agg(p ORDER BY id) IS NULL FROM patients p WHERE id < 3"))


def searches(c, cursor):
    ssn = cursor.execute("SELECT ssn FROM patients WHERE id = 33").fetchone()[0]
    show(cursor.execute("SELECT id, last_name FROM patients WHERE ssn = %s", (ssn,)))
    show(cursor.execute("SELECT id, last_name FROM patients WHERE last_name LIKE %s ORDER BY id", ("Mu%",)))
    show(cursor.execute("SELECT id FROM patients WHERE last_name = ANY(%s) ORDER BY id", (["Ng", "O'Brien"],)))
    show(cursor.execute("SELECT id FROM patients WHERE dob = %s AND external_ref = %s", (datetime.date(1947, 11, 19),
                        uuid.UUID("77535aed-34d8-a7c1-df93-56cc810e1100"))))
    show(cursor.execute(sql.SQL("SELECT {} FROM {} WHERE {} = {} ORDER BY id").format(sql.Identifier("id"), sql.Identifier("patients"),
                                                                                       sql.Identifier("last_name"), sql.Literal("Ng"))))
    for page in range(3):
        show(cursor.execute("SELECT id, last_name FROM patients ORDER BY last_name, id LIMIT %s OFFSET %s", (4, 4 * page)))


def write(c, cursor):
    show(cursor.execute(PATIENT + "RETURNING id, ssn, dob, external_ref, emergency, photo", (9101, "Y1", "111-22-3333", "Psycopg", "X",
                        datetime.date(1999, 12, 31), "CA", uuid.UUID(int=7), Jsonb({"a": [1, None]}), b"\0\xff")))
    show(cursor.execute("UPDATE patients SET last_name = %s, photo = %s WHERE mrn = %s RETURNING last_name, photo, revision", ("Changed", None, "Y1")))
    show(cursor.execute("INSERT INTO visits (patient_id, practitioner_id, visit_at, kind, temperature, pulse, fasting, checked_in) VALUES "
                        "(%s, 1, %s, %s, %s, %s, %s, %s) RETURNING temperature, pulse, fasting, checked_in", (9101,
                        datetime.datetime(2026, 1, 1, tzinfo=datetime.timezone.utc), "acute", decimal.Decimal("38.15"), 70, True,
                        datetime.datetime(2026, 1, 1, 3, 4, 5, 6, tzinfo=datetime.timezone.utc))))
    show(cursor.execute("DELETE FROM visits WHERE patient_id = %s", (9101,)))
    show(cursor.execute("DELETE FROM patients WHERE ssn = %s", ("111-22-3333",)))


def executemany(c, cursor):
    rows = [(9110 + i, f"Z{i}", f"222-33-{i:04}", f"Many{i}", "X", datetime.date(2000, 1, 1 + i), "NY", None, None, None) for i in range(20)]
    cursor.executemany(PATIENT + "RETURNING id, last_name", rows, returning=True)  # a pipeline
    while True:
        print(cursor.statusmessage, cursor.fetchall())
        if not cursor.nextset():
            break
    cursor.executemany("UPDATE patients SET dob = %s WHERE mrn = %s", [(datetime.date(1990, 1, 1 + i), f"Z{i}") for i in range(20)])
    print(cursor.rowcount)
    show(cursor.execute("SELECT id, dob FROM patients WHERE id >= 9110 ORDER BY id"))


def pipeline(c, cursor):
    with c.pipeline() as p:
        one = c.execute("SELECT last_name FROM patients WHERE id = %s", (3,))
        cursor.execute(PATIENT + "RETURNING id", (9131, "Y2", None, "Piped", "X", datetime.date(2000, 1, 1), "CA", None, None, None))
        two = c.execute("SELECT last_name, dob FROM patients WHERE id = %s", (9131,))
        p.sync()
        three = c.execute("SELECT count(*) FROM patients WHERE last_name LIKE %s", ("S%",))
    print(one.fetchone(), cursor.fetchone(), two.fetchone(), three.fetchone())


def pipeline_error(c, cursor):
    with c.pipeline():
        c.execute("SELECT last_name FROM patients WHERE id = %s", (3,))
        c.execute("SELECT id FROM patients WHERE dob = %s", ("nonsense",))
        c.execute("SELECT 1")


def nested(c, cursor):
    with c.transaction():
        try:
            with c.transaction("inner"):
                cursor.execute("UPDATE patients SET mrn = %s WHERE id = 3", ("MRN0000042",))
        except psycopg.errors.UniqueViolation as problem:
            told(problem)
        show(cursor.execute("SELECT mrn FROM patients WHERE id = 3"))
        raise psycopg.Rollback


def rows(c, cursor):
    cursor.row_factory = dict_row
    print(cursor.execute("SELECT id, last_name, dob FROM patients WHERE id = %s", (3,)).fetchone())
    cursor.row_factory = namedtuple_row
    print(cursor.execute("SELECT id, last_name AS surname FROM patients WHERE id = %s", (4,)).fetchone())


def stream(c, cursor):
    for row in cursor.stream("SELECT id, last_name FROM patients WHERE id < %s ORDER BY id", (12,)):
        print(row)


def copy(c, cursor):
    with cursor.copy("COPY rooms (name, floor) FROM STDIN") as out:
        for i in range(20):
            out.write_row((f"Y{i}", 7))
    with cursor.copy("COPY rooms (name, floor) FROM STDIN (FORMAT BINARY)") as out:
        out.set_types(["varchar", "int2"])
        for i in range(20, 30):
            out.write_row((f"Y{i}", 7))
    with cursor.copy("COPY (SELECT name, floor FROM rooms WHERE floor = 7 ORDER BY name) TO STDOUT") as back:
        print(list(back.rows()))


def copy_tagged(c, cursor):
    with cursor.copy("COPY (SELECT id, last_name FROM patients WHERE id < 5 ORDER BY id) TO STDOUT") as back:
        print(list(back.rows()))


def server_side(table):
    def body(c, cursor):
        with c.cursor("reading") as named:
            named.itersize = 5
            named.execute(f"SELECT * FROM {table} ORDER BY 1 LIMIT 12")
            print([row[0] for row in named])
    return body


def failing(statement, *values):
    return lambda c, cursor: show(cursor.execute(statement, values))


async def asynchronous():
    connection = await psycopg.AsyncConnection.connect("")
    cursor = connection.cursor()
    await cursor.execute("SELECT id, last_name FROM patients WHERE mrn = %s", ("MRN0000042",))
    print(await cursor.fetchall())
    waiting = asyncio.create_task(cursor.execute("SELECT pg_sleep(20), last_name FROM patients WHERE id = 3"))
    await asyncio.sleep(0.5)
    connection.cancel()
    try:
        await waiting
    except psycopg.errors.QueryCanceled as problem:
        told(problem)
    await connection.rollback()
    notices = []
    connection.add_notice_handler(lambda d: notices.append((d.severity, d.sqlstate, d.message_primary)))
    await cursor.execute("DROP TABLE IF EXISTS drivers.nothing_here")
    print(notices)
    await connection.close()


with psycopg.connect("") as connection:
    for options in ({}, {"binary": True}):
        name = " (binary)" if options else ""
        for body in (types, registered, searches, write, executemany, pipeline, pipeline_error, nested, rows, stream):
            step(connection, body.__name__ + name, body, **options)
    connection.prepare_threshold = 0
    for body in (types, searches, write, executemany, pipeline):
        step(connection, body.__name__ + " (prepared at once)", body)
    step(connection, "copy", copy)
    step(connection, "copy tagged", copy_tagged)
    step(connection, "server side", server_side("rooms"))
    step(connection, "server side tagged", server_side("patients"))
    step(connection, "error unique", failing("UPDATE patients SET mrn = %s WHERE id = 3", "MRN0000042"))
    step(connection, "error null", failing("UPDATE patients SET last_name = %s WHERE id = 3", None))
    step(connection, "error date", failing("SELECT id FROM patients WHERE dob = %s", "1999-02-30"))
    step(connection, "error syntax", failing("SELECT id FROM patients WHERE last_name = = 'x'"))
    step(connection, "error type", failing("SELECT id FROM patients WHERE dob = %s", 5))
    step(connection, "error long", failing("UPDATE patients SET mrn = %s WHERE id = 3", "MRN-much-too-long"))
    step(connection, "error denied", failing("UPDATE consents SET signature = %s WHERE id = 1", b"x"))
    step(connection, "error foreign key", failing("INSERT INTO consents (patient_id, kind, given_at) VALUES (99999, 'x', '2026-01-01')"))
with psycopg.connect("", cursor_factory=psycopg.ClientCursor) as connection:
    for body in (types, searches, write):
        step(connection, body.__name__ + " (client side)", body)
print("-- async")
asyncio.run(asynchronous())
