"""psycopg2 and psycopg 3: literals on the client's side, server-side parameters, binary results, named
cursors, executemany, COPY, types. Arguments: connection string."""
import datetime
import decimal
import logging
import sys
import uuid

import psycopg
import psycopg2
import psycopg2.extras

# How soon a failed pipeline is noticed is chance, and so is what psycopg then says to its log.
logging.getLogger("psycopg").setLevel(logging.CRITICAL)

dsn = sys.argv[1]


def show(title, rows):
    print(f"-- {title}")
    for row in rows:
        print(repr(tuple(row)))


def with_psycopg2():
    connection = psycopg2.connect(dsn)
    cursor = connection.cursor()
    cursor.execute("SELECT id, last_name, dob, ssn, external_ref, emergency, photo FROM patients WHERE id = %s", (33,))
    show("psycopg2 types", [[bytes(v) if isinstance(v, memoryview) else v for v in row] for row in cursor])
    show("description", [(d.name, d.type_code) for d in cursor.description if d.name != "sex"])
    cursor.execute("SELECT id FROM patients WHERE last_name = ANY(%s) ORDER BY id", (["Ng", "O'Brien"],))
    show("array", cursor)
    psycopg2.extras.execute_values(
        cursor, "INSERT INTO patients (id, mrn, last_name, first_name, dob, state) VALUES %s RETURNING id, dob",
        [(9100 + i, f"V{i}", "Values", "X", datetime.date(2000, 1, 1 + i), "CA") for i in range(5)])
    show("execute_values", cursor.fetchall())
    cursor.executemany("UPDATE patients SET last_name = %s WHERE id = %s", [("A", 9100), ("B", 9101)])
    cursor.execute("SELECT id, last_name FROM patients WHERE id BETWEEN 9100 AND 9110 ORDER BY id")
    show("executemany", cursor)
    try:
        cursor.execute("SELECT last_name FROM patients WHERE dob = 'nonsense'")
    except psycopg2.errors.InvalidDatetimeFormat as problem:
        show("error class", [(problem.pgcode, problem.diag.message_primary)])
    connection.rollback()
    named = connection.cursor("rooms_cursor")
    named.itersize = 5
    named.execute("SELECT name FROM rooms ORDER BY name")
    show("named cursor", named)
    connection.rollback()
    connection.close()


def with_psycopg3():
    with psycopg.connect(dsn) as connection:
        cursor = connection.cursor(binary=True)
        cursor.execute("SELECT id, last_name, dob, external_ref, emergency, photo FROM patients WHERE id = %s", (33,))
        show("psycopg binary", cursor.fetchall())
        cursor.execute("SELECT temperature, pulse, fasting, checked_in FROM visits WHERE id < 8 ORDER BY id")
        show("binary types", cursor.fetchall())
        for _ in range(8):  # the driver prepares after five
            cursor.execute("SELECT last_name FROM patients WHERE mrn = %s", ("MRN0000042",))
            row = cursor.fetchone()
        show("prepared", [row])
        cursor.execute("INSERT INTO lab_results (id, patient_id, test_code, value, unit, observed_at, abnormal, report) "
                       "VALUES (%b, %s, %s, %b, 'u', %b, %b, %s) RETURNING value, observed_at, abnormal, report",
                       (90001, 3, "T", decimal.Decimal("1.50"), datetime.datetime(2026, 1, 2, 3, 4, 5, 600), True,
                        psycopg.types.json.Jsonb({"a": [1, None]})))
        show("binary parameters", cursor.fetchall())
        cursor.execute("SELECT id FROM patients WHERE external_ref = %b",
                       (uuid.UUID("77535aed-34d8-a7c1-df93-56cc810e1100"),))
        show("uuid parameter", cursor.fetchall())
        with connection.pipeline():
            first = connection.execute("SELECT last_name FROM patients WHERE id = %s", (3,))
            second = connection.execute("SELECT count(*) FROM visits WHERE patient_id = %s", (3,))
        show("pipeline", [first.fetchone(), second.fetchone()])
        with cursor.copy("COPY (SELECT name, floor FROM rooms ORDER BY name) TO STDOUT") as copy:
            show("copy", [(b"".join(bytes(block) for block in copy),)])
        connection.rollback()


with_psycopg2()
with_psycopg3()
