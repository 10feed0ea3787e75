"""asyncpg: binary only, prepares everything, asks the catalog about types that it does not know, reads cursors
as portals. Connects by the PG* variables. Each step begins with `-- name` and may fail by itself."""
import asyncio
import datetime
import decimal
import json
import uuid

import asyncpg

PATIENT = ("INSERT INTO patients (id, mrn, ssn, last_name, first_name, dob, state, email, external_ref, emergency, photo) "
           "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) ")


def show(rows):
    for row in rows if isinstance(rows, list) else [rows]:
        print(repr(tuple(row)) if isinstance(row, asyncpg.Record) else repr(row))


def told(problem):
    state = getattr(problem, "sqlstate", None)
    words = "" if state == "42501" else f" {getattr(problem, 'message', problem)}"
    print(f"{type(problem).__name__} {state}{words} at {getattr(problem, 'position', None)}")


class Steps:
    def __init__(self, connection):
        self.connection = connection

    async def run(self, name, step):
        print(f"-- {name}")
        transaction = self.connection.transaction()
        await transaction.start()
        try:
            await step(self.connection)
        except (asyncpg.PostgresError, asyncpg.InterfaceError, ValueError) as problem:
            told(problem)
        await transaction.rollback()


async def types(c):
    show(await c.fetchrow("SELECT id, mrn, ssn, last_name, dob, sex, state, external_ref, emergency, photo, vip, "
                          "registered_at FROM patients WHERE id = $1", 33))
    show(await c.fetchrow("SELECT ssn, zip, emergency, photo FROM patients WHERE id = $1", 100))
    show(await c.fetch("SELECT temperature, pulse, fasting, checked_in, fee FROM visits WHERE id < $1 ORDER BY id", 8))
    show(await c.fetch("SELECT value, observed_at, abnormal, report FROM lab_results WHERE id <= $1 ORDER BY id", 4))


async def description(c):
    statement = await c.prepare("SELECT last_name, dob, sex, state, emergency FROM patients WHERE ssn = $1 AND dob > $2")
    print([(p.name, p.kind) for p in statement.get_parameters()])
    print([(a.name, a.type.name, a.type.kind) for a in statement.get_attributes()])
    statement = await c.prepare("SELECT p, array_agg(d.code) FROM patients p JOIN diagnoses d ON d.patient_id = p.id GROUP BY p")
    print([(a.name, a.type.name, a.type.kind) for a in statement.get_attributes()])


async def searches(c):
    ssn = await c.fetchval("SELECT ssn FROM patients WHERE id = 33")
    show(await c.fetch("SELECT id, last_name FROM patients WHERE ssn = $1", ssn))
    show(await c.fetch("SELECT id, last_name FROM patients WHERE last_name LIKE $1 ORDER BY id", "Mu%"))
    show(await c.fetch("SELECT id, last_name FROM patients WHERE last_name ILIKE $1 ORDER BY last_name, id", "%son"))
    show(await c.fetch("SELECT id FROM patients WHERE last_name = ANY($1) ORDER BY id", ["Ng", "O'Brien"]))
    show(await c.fetch("SELECT id FROM patients WHERE id = ANY($1::int[]) AND dob < $2 ORDER BY id", [3, 4, 5],
                       datetime.date(1970, 1, 1)))
    for page in range(3):
        show(await c.fetch("SELECT id, last_name, first_name FROM patients ORDER BY last_name, first_name, id "
                           "LIMIT $1 OFFSET $2", 5, 5 * page))


async def arrays(c):
    show(await c.fetch("SELECT practitioner_id, array_agg(last_name ORDER BY id), array_agg(dob ORDER BY id) "
                       "FROM patients WHERE id < 20 GROUP BY 1 ORDER BY 1"))
    show(await c.fetchval("SELECT $1::date[]", [datetime.date(2001, 2, 3), None]))


async def write(c):
    show(await c.fetchrow(PATIENT + "RETURNING id, mrn, ssn, dob, state, email, external_ref, emergency, photo", 9400, "A1",
                          "111-22-3333", "Asyncpg", "Test", datetime.date(1999, 12, 31), "CA", None, uuid.UUID(int=7),
                          json.dumps({"name": "Ä", "phones": [1, None]}), b"\0\xff"))
    show(await c.fetchrow("SELECT last_name, emergency->>'name' AS name, registered_at = now() AS now FROM patients WHERE id = $1",
                          9400))
    print(await c.execute("UPDATE patients SET last_name = $2, photo = $3, dob = $4 WHERE mrn = $1", "A1", "Changed", None,
                          datetime.date(4, 2, 29)))
    show(await c.fetchrow("SELECT last_name, photo, dob, revision FROM patients WHERE id = 9400"))
    show(await c.fetchrow("INSERT INTO visits (patient_id, practitioner_id, visit_at, kind, temperature, pulse, fasting, "
                          "checked_in) VALUES ($1, 1, $2, $3, $4, $5, $6, $7) RETURNING temperature, pulse, fasting, checked_in",
                          9400, datetime.datetime(2026, 1, 1, tzinfo=datetime.timezone.utc), "acute",
                          decimal.Decimal("38.15"), 70, True, datetime.datetime(2026, 1, 1, 3, 4, 5, 6, datetime.timezone.utc)))
    print(await c.execute("DELETE FROM visits WHERE patient_id = $1", 9400))
    print(await c.execute("DELETE FROM patients WHERE ssn = $1", "111-22-3333"))
    print(await c.fetchval("SELECT count(*) FROM patients WHERE id = 9400"))


async def on_conflict(c):
    show(await c.fetch(PATIENT + "ON CONFLICT (mrn) DO UPDATE SET last_name = excluded.last_name RETURNING id, last_name",
                       9401, "MRN0000042", None, "Upserted", "X", datetime.date(2000, 1, 1), "CA", None, None, None, None))
    print(await c.execute(PATIENT + "ON CONFLICT DO NOTHING", 9401, "MRN0000042", None, "Upserted", "X",
                          datetime.date(2000, 1, 1), "CA", None, None, None, None))


async def executemany(c):
    await c.executemany(PATIENT, [(9410 + i, f"M{i}", f"222-33-{i:04}", f"Many{i}", "X", datetime.date(2000, 1, 1 + i), "NY",
                                   None, None, None, None) for i in range(20)])
    show(await c.fetch("SELECT id, last_name, ssn, dob FROM patients WHERE id >= 9410 ORDER BY id"))


async def executemany_error(c):
    rows = [(9440, "E0", None, "E", "X", datetime.date(2000, 1, 1), "NY", None, None, None, None)] * 2
    await c.executemany(PATIENT, rows)


async def portal(c):
    seen = []
    async for row in c.cursor("SELECT id, last_name FROM patients WHERE id < $1 ORDER BY id", 30, prefetch=7):
        seen.append(tuple(row))
    print(seen)
    cursor = await c.cursor("SELECT id, visit_at, reason FROM visits ORDER BY id")
    show(await cursor.fetch(3))
    print(await cursor.forward(2))
    show(await cursor.fetch(2))


async def copy(c):
    print(await c.copy_records_to_table("rooms", records=[(f"A{i}", i % 3, 1) for i in range(50)], columns=["name", "floor", "seats"]))
    parts = []

    async def sink(data):
        parts.append(data)
    print(await c.copy_from_query("SELECT name, floor FROM rooms WHERE floor = $1 ORDER BY name", 2, output=sink, format="csv"))
    print(b"".join(parts))


async def copy_tagged(c):
    columns = ["id", "mrn", "ssn", "last_name", "first_name", "dob", "state", "external_ref", "photo"]
    rows = [(9450 + i, f"C{i}", None if i % 3 else f"333-22-{i:04}", f"Copy{i}", "X", datetime.date(2000, 1, 1 + i), "NY", uuid.UUID(int=i),
             bytes([i, 0, 255])) for i in range(25)]
    print(await c.copy_records_to_table("patients", records=rows, columns=columns))
    show(await c.fetch("SELECT id, mrn, ssn, last_name, dob, external_ref, photo FROM patients WHERE id >= 9450 ORDER BY id"))
    parts = []

    async def sink(data):
        parts.append(data)
    print(await c.copy_from_query("SELECT id, last_name, dob, photo FROM patients WHERE id >= $1 ORDER BY id", 9470, output=sink, format="csv"))
    print(b"".join(parts))


async def listen(c):
    heard = asyncio.Event()
    await c.add_listener("news", lambda *call: (print(call[2:]), heard.set()))
    await c.execute("NOTIFY news, 'paper'")
    await c.execute("COMMIT")
    await asyncio.wait_for(heard.wait(), 10)
    await c.execute("BEGIN")


ERRORS = {
    "unique": (PATIENT, 9402, "MRN0000042", None, "U", "X", datetime.date(2000, 1, 1), "CA", None, None, None, None),
    "not null": ("INSERT INTO patients (id, mrn, last_name, first_name, dob, state) VALUES (9403, $1, $2, 'X', '2000-01-01', 'CA')",
                 "N1", None),
    "bad date": ("SELECT id FROM patients WHERE dob = $1::text::date", "1999-02-30"),
    "bad date literal": ("SELECT id FROM patients WHERE dob = '1999-02-30'",),
    "too long": ("UPDATE patients SET mrn = $1 WHERE id = 3", "MRN-much-too-long"),
    "domain": ("UPDATE patients SET state = $1 WHERE id = 3", "c4"),
    "syntax": ("SELECT id FROM patients WHERE last_name = = 'x'",),
    "no column": ("SELECT id, nosuch FROM patients",),
    "denied": ("UPDATE consents SET signature = $1 WHERE id = 1", b"x"),
    "argument": ("SELECT id FROM patients WHERE dob = $1", "not a date"),
    "division": ("SELECT 1 / (id - id) FROM patients WHERE last_name = $1", "Ng"),
}


async def cancel(c):
    try:
        await c.fetch("SELECT pg_sleep(20), last_name FROM patients WHERE id = 3", timeout=0.5)
    except asyncio.TimeoutError:
        print("timeout")
    await c.execute("ROLLBACK")
    print(await c.fetchval("SELECT last_name FROM patients WHERE id = 3"))
    await c.execute("BEGIN")


async def main():
    connection = await asyncpg.connect(timeout=20)
    print("-- connect")
    print(connection.get_server_version().major, connection.get_settings().server_encoding)
    steps = Steps(connection)
    for step in (types, description, searches, arrays, write, on_conflict, executemany, executemany_error, portal, copy, copy_tagged, listen,
                 cancel):
        await steps.run(step.__name__, step)
    for name, (statement, *arguments) in ERRORS.items():
        await steps.run(f"error {name}", lambda c: c.fetch(statement, *arguments))
    print("-- codec")
    await connection.set_type_codec("jsonb", encoder=json.dumps, decoder=json.loads, schema="pg_catalog")
    show(await connection.fetchval("SELECT emergency FROM patients WHERE id = 33"))
    await connection.close()
    print("-- pool")
    async with asyncpg.create_pool(min_size=2, max_size=2) as pool:
        for _ in range(4):  # the pool resets a connection between its users
            async with pool.acquire() as one:
                await one.execute("SET timezone TO 'Asia/Tokyo'")
                show(await one.fetchval("SELECT registered_at::text || last_name FROM patients WHERE id = 4"))
        show(await pool.fetchval("SHOW timezone"))


asyncio.run(main())
