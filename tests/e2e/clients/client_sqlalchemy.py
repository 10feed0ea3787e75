"""SQLAlchemy over psycopg2 and asyncpg: inspector, reflected tables, automap with relationships, ORM unit of work,
upserts, yield_per, errors. Connects by the PG* variables. Each step begins with `-- name` and may fail by itself."""
import asyncio
import datetime
import decimal
import os

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.ext.automap import automap_base
from sqlalchemy.orm import Session, joinedload, selectinload

E = os.environ
PLACE = f"{E['PGUSER']}:{E['PGPASSWORD']}@{E['PGHOST']}:{E['PGPORT']}/{E['PGDATABASE']}"
engine = sa.create_engine(f"postgresql+psycopg2://{PLACE}", future=True)
meta = sa.MetaData()


def show(rows):
    for row in rows:
        print(repr(tuple(bytes(v) if isinstance(v, memoryview) else v for v in row)))


def told(problem):
    origin = getattr(problem, "orig", problem)
    state = getattr(origin, "pgcode", None)
    print(type(problem).__name__, state, "" if state == "42501" else str(origin).strip().splitlines()[0])


def step(name, body):
    print(f"-- {name}")
    with Session(engine) as session:
        try:
            body(session)
        except sa.exc.SQLAlchemyError as problem:
            told(problem)
        session.rollback()


def inspect():
    inspector = sa.inspect(engine)
    print(inspector.get_schema_names(), inspector.default_schema_name)
    print(sorted(inspector.get_table_names()), sorted(inspector.get_view_names()), inspector.get_table_names("billing"))
    for table in ("patients", "visits", "diagnoses", "prescriptions", "lab_results"):
        for column in inspector.get_columns(table):
            print(table, column["name"], column["type"], column["nullable"], column["default"], column.get("identity"))
        print(inspector.get_pk_constraint(table))
        print(inspector.get_foreign_keys(table))
        print(inspector.get_indexes(table))
        print(inspector.get_unique_constraints(table))
        print(inspector.get_check_constraints(table))
    print(inspector.get_enums())
    print(inspector.get_view_definition("patient_names").split())
    print(inspector.get_table_comment("patients"), inspector.has_table("patients"), inspector.has_table("nosuch"))
    print(inspector.get_columns("invoices", schema="billing")[4])


print("-- connect")
with engine.connect() as connection:
    print(connection.dialect.server_version_info[0], connection.dialect.default_schema_name)
print("-- inspector")
try:
    inspect()
except sa.exc.SQLAlchemyError as problem:
    told(problem)
print("-- automap")
Base = automap_base(metadata=meta)
Base.prepare(autoload_with=engine)
print(sorted(name for name in Base.classes.keys()))
print(sorted((table.name, sorted(r.key for r in sa.inspect(Base.classes[table.name]).relationships))
             for table in meta.sorted_tables if table.name in Base.classes))
Patient, Visit, Diagnosis = Base.classes.patients, Base.classes.visits, Base.classes.diagnoses
P = Patient.__table__


def orm_reads(session):
    patient = session.get(Patient, 33)
    print(patient.last_name, patient.dob, patient.ssn, patient.external_ref, patient.emergency, bytes(patient.photo), patient.registered_at)
    show(session.execute(sa.select(Patient.id, Patient.last_name).where(Patient.ssn == patient.ssn)))
    show(session.execute(sa.select(Patient.id, Patient.last_name).where(Patient.last_name.like("Mu%")).order_by(Patient.id)))
    show(session.execute(sa.select(Patient.id).where(Patient.last_name.in_(["Ng", "O'Brien"])).order_by(Patient.id)))
    show(session.execute(sa.select(Patient.id).where(Patient.last_name.ilike("%son"), Patient.dob < datetime.date(1980, 1, 1)).order_by(Patient.id)))
    for page in range(3):
        show(session.execute(sa.select(Patient.id, Patient.last_name).order_by(Patient.last_name, Patient.id).limit(4).offset(4 * page)))


def orm_relations(session):
    loaded = session.execute(sa.select(Patient).options(selectinload(Patient.visits_collection)).where(Patient.id.in_([3, 4]))
                             .order_by(Patient.id)).scalars().all()
    print([(p.id, p.last_name, sorted((v.id, v.reason, v.temperature) for v in p.visits_collection)) for p in loaded])
    found = session.execute(sa.select(Visit).options(joinedload(Visit.patients)).where(Visit.id < 6).order_by(Visit.id)).scalars()
    print([(v.id, v.reason, v.patients.last_name) for v in found])


def orm_aggregates(session):
    show(session.execute(sa.select(sa.func.extract("year", Patient.dob), sa.func.count()).where(Patient.id < 40).group_by(sa.text("1"))
                         .having(sa.func.count() > 1).order_by(sa.text("1"))))
    show(session.execute(sa.select(sa.func.min(Patient.dob), sa.func.max(Patient.dob), sa.func.count(Patient.ssn.distinct()))))
    latest = sa.select(Visit.patient_id, sa.func.max(Visit.visit_at).label("at")).group_by(Visit.patient_id).subquery()
    show(session.execute(sa.select(Patient.last_name, latest.c.at).join(latest, latest.c.patient_id == Patient.id).where(Patient.id < 9)
                         .order_by(Patient.last_name, latest.c.at)))
    ranked = sa.select(Patient.id, Patient.last_name, sa.func.row_number().over(order_by=[Patient.last_name, Patient.id]).label("n")).cte()
    show(session.execute(sa.select(ranked).where(ranked.c.n <= 5).order_by(ranked.c.n)))
    show(session.execute(sa.select(sa.exists().where(Patient.last_name == "Ng"))))


def orm_unit_of_work(session):
    patient = Patient(id=9900, mrn="S1", ssn="111-22-3333", last_name="Alchemy", first_name="Sql", dob=datetime.date(1999, 12, 31), state="CA",
                      emergency={"name": "Ä", "phones": [1, None]}, photo=b"\0\xff")
    session.add(patient)
    session.flush()
    visit = Visit(patient_id=9900, practitioner_id=1, visit_at=datetime.datetime(2026, 1, 1, tzinfo=datetime.timezone.utc), kind="acute",
                  temperature=decimal.Decimal("38.15"), pulse=70, fasting=True, reason="cough")
    session.add(visit)
    session.flush()  # INSERT ... RETURNING visits.id
    session.expire_all()
    print(patient.last_name, patient.dob, patient.emergency, bytes(patient.photo), patient.language, patient.revision)
    print(visit.temperature, visit.pulse, visit.fasting, visit.reason, visit.status)
    patient.last_name, patient.photo = "Changed", None
    session.flush()
    session.refresh(patient)
    print(patient.last_name, patient.photo, patient.revision)
    session.delete(visit)
    session.delete(patient)
    session.flush()
    print(session.scalar(sa.select(sa.func.count()).where(Patient.id == 9900)))


def bulk(session):
    session.execute(sa.insert(P), [dict(id=9910 + i, mrn=f"S{i}", last_name=f"Bulk{i}", first_name="X", dob=datetime.date(2000, 1, 1 + i), state="NY")
                                   for i in range(15)])
    show(session.execute(sa.insert(P).returning(P.c.id, P.c.dob).values([dict(id=9930 + i, mrn=f"T{i}", last_name="Values", first_name="X",
                         dob=datetime.date(2000, 1, 1), state="NY") for i in range(3)])))
    show(session.execute(sa.update(P).where(P.c.id >= 9910, P.c.id < 9913).values(last_name="Same").returning(P.c.id, P.c.last_name).execution_options(
        synchronize_session=False)))
    print(session.execute(sa.delete(P).where(P.c.last_name == "Same").execution_options(synchronize_session=False)).rowcount)


def upsert(session):
    statement = insert(P).values(id=9901, mrn="MRN0000042", last_name="Upserted", first_name="X", dob=datetime.date(2000, 1, 1), state="CA")
    show(session.execute(statement.on_conflict_do_update(index_elements=["mrn"], set_={"last_name": statement.excluded.last_name})
                         .returning(P.c.id, P.c.last_name)))


def streaming(session):
    rows = session.execute(sa.select(P.c.id, P.c.last_name).where(P.c.id < 20).order_by(P.c.id).execution_options(yield_per=7))
    print([tuple(row) for row in rows])  # psycopg2: a named cursor


def nested(session):
    try:
        with session.begin_nested():
            session.execute(sa.text("UPDATE patients SET dob = 'nonsense' WHERE id = 3"))
    except sa.exc.SQLAlchemyError as problem:
        told(problem)
    show(session.execute(sa.text("SELECT dob FROM patients WHERE id = :id"), {"id": 3}))


def locked(session):
    print(session.execute(sa.select(Patient).where(Patient.id == 3).with_for_update()).scalar_one().last_name)


for body in (orm_reads, orm_relations, orm_aggregates, orm_unit_of_work, bulk, upsert, streaming, nested, locked):
    step(body.__name__, body)
step("error unique", lambda s: s.execute(sa.insert(P).values(id=9902, mrn="MRN0000042", last_name="U", first_name="X",
                                                             dob=datetime.date(2000, 1, 1), state="CA")))
step("error date", lambda s: s.execute(sa.text("SELECT id FROM patients WHERE dob = :day"), {"day": "1999-02-30"}))
step("error syntax", lambda s: s.execute(sa.text("SELECT id FROM patients WHERE last_name = = 'x'")))
step("error denied", lambda s: s.execute(sa.text("UPDATE consents SET signature = :s WHERE id = 1"), {"s": b"x"}))
step("error null", lambda s: s.execute(sa.insert(P).values(id=9903, mrn="S9", first_name="X", dob=datetime.date(2000, 1, 1), state="CA")))


async def with_asyncpg():
    # The driver prepares each statement; SQLAlchemy casts the parameters ($1::VARCHAR).
    other = create_async_engine(f"postgresql+asyncpg://{PLACE}", connect_args={"ssl": False})
    for name, statement in {
            "equal": sa.select(P.c.id, P.c.last_name, P.c.dob).where(P.c.mrn == "MRN0000042"),
            "char": sa.select(P.c.id).where(P.c.ssn == "992-96-5806"),
            "like": sa.select(P.c.id, P.c.last_name).where(P.c.last_name.like("Mu%")).order_by(P.c.id),
            "json": sa.select(P.c.emergency, P.c.photo, P.c.external_ref).where(P.c.id == 33),
            "insert": sa.insert(P).values(id=9950, mrn="S5", last_name="Async", first_name="X", dob=datetime.date(2000, 1, 1), state="CA",
                                          emergency={"a": [1]}).returning(P.c.id, P.c.last_name, P.c.emergency)}.items():
        print(f"-- asyncpg {name}")
        async with other.connect() as connection:
            try:
                show(await connection.execute(statement))
            except sa.exc.SQLAlchemyError as problem:
                told(problem)
            await connection.rollback()
    await other.dispose()


asyncio.run(with_asyncpg())
