"""Django: inspectdb, its own migrations (contenttypes, auth, sessions), ORM over models made by inspectdb, admin-like
paging, server-side iterators, errors. Connects by the PG* variables. Each step begins with `-- name`."""
import datetime
import decimal
import io
import os
import sys
import types

import django
from django.conf import settings

E = os.environ
settings.configure(
    DATABASES={"default": {"ENGINE": "django.db.backends.postgresql", "NAME": E["PGDATABASE"], "USER": E["PGUSER"],
                           "PASSWORD": E["PGPASSWORD"], "HOST": E["PGHOST"], "PORT": E["PGPORT"]}},
    INSTALLED_APPS=["django.contrib.contenttypes", "django.contrib.auth", "django.contrib.sessions"],
    DEFAULT_AUTO_FIELD="django.db.models.AutoField", USE_TZ=True, TIME_ZONE="UTC", SECRET_KEY="not one")
django.setup()

from django.core.management import call_command  # noqa: E402
from django.core.paginator import Paginator  # noqa: E402
from django.db import Error, IntegrityError, connection, models, transaction  # noqa: E402
from django.db.models import Count, Exists, F, Max, Min, OuterRef, Prefetch, Q, Value  # noqa: E402
from django.db.models.functions import Concat, ExtractYear, Lower, Upper  # noqa: E402


def told(problem):
    cause = problem.__cause__
    state = getattr(cause, "pgcode", None)
    print(type(problem).__name__, state, "" if state == "42501" else str(problem).strip().splitlines()[0])


def step(name, body):
    print(f"-- {name}")
    try:
        with transaction.atomic():
            body()
            transaction.set_rollback(True)
    except Error as problem:
        told(problem)
    sys.stdout.flush()


def inspected():
    text = io.StringIO()
    call_command("inspectdb", "--include-views", stdout=text)
    return text.getvalue()


print("-- inspectdb")
source = inspected()
print(source)
module = types.ModuleType("clinic")
module.__dict__["__name__"] = "django.contrib.auth.clinic"  # an app that is installed
exec(compile(source, "clinic", "exec"), module.__dict__)
Patients, Visits, Diagnoses, Practitioners = module.Patients, module.Visits, module.Diagnoses, module.Practitioners


def reads():
    p = Patients.objects.get(pk=33)
    print(p.last_name, p.dob, p.ssn, p.external_ref, p.emergency, bytes(p.photo), p.registered_at, p.practitioner.last_name)
    print(Patients.objects.get(ssn=p.ssn).pk, Patients.objects.get(mrn="MRN0000042").last_name)
    print(list(Patients.objects.filter(last_name__startswith="Mu").order_by("id").values_list("id", "last_name")))
    print(list(Patients.objects.filter(last_name__icontains="son", dob__lt=datetime.date(1980, 1, 1)).order_by("id").values_list("id", "last_name")))
    print(list(Patients.objects.filter(last_name__iexact="o'brien").order_by("id").values_list("id", flat=True)))
    print(list(Patients.objects.filter(last_name__in=["Ng", "Li"]).exclude(vip=True).order_by("id").values_list("id", flat=True)))
    print(list(Patients.objects.filter(dob__year=1947).order_by("dob", "id").values_list("id", "dob")))
    print(list(Patients.objects.filter(ssn__isnull=True).order_by("id").values_list("id", flat=True)))
    print(list(Patients.objects.filter(email__iregex=r"^[a-c].*@example\.org$").order_by("id").values_list("id", flat=True)))
    print(list(Patients.objects.filter(emergency__relation="parent", id__lt=40).order_by("id").values_list("id", flat=True)))


def paging():
    pages = Paginator(Patients.objects.order_by("last_name", "first_name", "id").values_list("id", "last_name", "first_name"), 5)
    print(pages.count, pages.num_pages)
    for number in (1, 2, 40):
        print(list(pages.page(number)))


def relations():
    print([(v.id, v.reason, v.patient.last_name) for v in Visits.objects.select_related("patient").filter(id__lt=6).order_by("id")])
    found = Patients.objects.filter(id__in=[3, 4]).prefetch_related(Prefetch("visits_set", Visits.objects.order_by("id"))).order_by("id")
    print([(p.id, p.last_name, [(v.id, v.reason) for v in p.visits_set.all()]) for p in found])
    print(list(Patients.objects.filter(visits__reason__contains="back").distinct().order_by("id").values_list("id", flat=True)[:5]))


def aggregates():
    print(Patients.objects.aggregate(Min("dob"), Max("dob"), Count("ssn", distinct=True)))
    print(list(Patients.objects.filter(id__lt=60).annotate(year=ExtractYear("dob")).values("year").annotate(n=Count("id")).filter(n__gt=1).order_by("year")))
    print(list(Patients.objects.annotate(visits_made=Count("visits"), label=Concat(F("last_name"), Value(", "), F("first_name")))
               .filter(id__lt=7).order_by("id").values_list("label", "visits_made")))
    print(list(Patients.objects.annotate(low=Lower("last_name"), up=Upper("first_name")).filter(low="ng").order_by("id").values_list("id", "up")))
    print(Patients.objects.filter(Exists(Visits.objects.filter(patient=OuterRef("pk"), reason="anxiety"))).count())
    print(Patients.objects.filter(Q(last_name="Ng") | Q(dob__gt=datetime.date(2018, 1, 1))).count())


def writes():
    p = Patients.objects.create(id=9960, mrn="D1", ssn="111-22-3333", last_name="Django", first_name="R", dob=datetime.date(1999, 12, 31), sex="male",
                                state="CA", emergency={"name": "Ä", "phones": [1, None]}, photo=b"\0\xff", language="en", vip=False, revision=1,
                                registered_at=datetime.datetime(2026, 1, 1, tzinfo=datetime.timezone.utc))
    v = Visits.objects.create(id=99600, patient=p, practitioner_id=1, visit_at=p.registered_at, kind="acute", status="open", fee=decimal.Decimal("12.50"),
                              temperature=decimal.Decimal("38.1"), pulse=70, fasting=True, reason="cough")
    p.refresh_from_db()
    v.refresh_from_db()
    print(p.last_name, p.dob, p.emergency, bytes(p.photo), v.temperature, v.pulse, v.fasting, v.reason, v.fee)
    p.last_name, p.photo = "Changed", None
    p.save()
    p.refresh_from_db()
    print(p.last_name, p.photo, p.revision)
    print(Patients.objects.filter(mrn="D1").update(city="Town", phone="555"))
    print(Visits.objects.filter(patient=p).delete())
    print(Patients.objects.filter(ssn="111-22-3333").delete())


def get_or_create():
    print(module.Payers.objects.get_or_create(id=70, defaults={"name": "New", "electronic": True})[1])
    print(Patients.objects.update_or_create(mrn="MRN0000042", defaults={"last_name": "Updated"})[1])


def bulk():
    rows = [Patients(id=9970 + i, mrn=f"B{i}", last_name=f"Bulk{i}", first_name="X", dob=datetime.date(2000, 1, 1 + i), sex="other", state="NY",
                     language="en", vip=False, revision=1, registered_at=datetime.datetime(2026, 1, 1, tzinfo=datetime.timezone.utc)) for i in range(15)]
    Patients.objects.bulk_create(rows)
    Patients.objects.bulk_create(rows, ignore_conflicts=True)
    print(list(Patients.objects.filter(id__gte=9970).order_by("id").values_list("id", "last_name", "dob")))


def bulk_update():
    found = list(Patients.objects.filter(id__in=[3, 4]).order_by("id"))
    for patient in found:
        patient.last_name += "x"
    Patients.objects.bulk_update(found, ["last_name"])
    print(list(Patients.objects.filter(id__in=[3, 4]).order_by("id").values_list("last_name", flat=True)))


def update_expression():
    print(Patients.objects.filter(id=3).update(last_name=Upper("last_name")))


def iterator():
    print([row for row in Patients.objects.filter(id__lt=20).order_by("id").values_list("id", "last_name").iterator(chunk_size=7)])


def locked():
    print(Patients.objects.select_for_update().get(pk=3).last_name)


def savepoint():
    try:
        with transaction.atomic():
            Patients.objects.filter(pk=3).update(mrn="MRN0000042")
    except IntegrityError as problem:
        told(problem)
    print(Patients.objects.get(pk=3).mrn)


def raw():
    print([(p.id, p.last_name) for p in Patients.objects.raw("SELECT id, last_name FROM patients WHERE dob > %s ORDER BY id", ["2018-01-01"])])


def explain():
    print(len(module.Rooms.objects.filter(floor=1).explain()) > 0)


for body in (reads, paging, relations, aggregates, writes, get_or_create, bulk, bulk_update, update_expression, iterator, locked, savepoint, raw, explain):
    step(body.__name__, body)
step("error unique", lambda: Patients.objects.filter(pk=3).update(mrn="MRN0000042"))
step("error date", lambda: list(Patients.objects.raw("SELECT id FROM patients WHERE dob = %s", ["1999-02-30"])))
step("error syntax", lambda: connection.cursor().execute("SELECT id FROM patients WHERE last_name = = 'x'"))
step("error denied", lambda: module.Consents.objects.filter(pk=1).update(signature=b"x"))
step("error foreign key", lambda: (Visits.objects.filter(pk=1).update(patient_id=99999), connection.check_constraints()))
print("-- constraints")
with connection.cursor() as cursor:
    print(connection.introspection.get_sequences(cursor, "lab_results"))
    for name, facts in sorted(connection.introspection.get_constraints(cursor, "visits").items()):
        print(name, facts)
print("-- migrations")
# The tables of Django's own applications, in a schema that the login owns (the test's, empty at the start).
connection.close()
settings.DATABASES["default"]["OPTIONS"] = {"options": "-c search_path=drivers,public"}
connection.settings_dict["OPTIONS"] = settings.DATABASES["default"]["OPTIONS"]
try:
    call_command("migrate", stdout=sys.stdout, no_color=True, verbosity=1)
    call_command("showmigrations", stdout=sys.stdout, no_color=True)
except Error as problem:
    told(problem)


def users():
    from django.contrib.auth.models import Group, Permission, User
    user = User.objects.create_user("ana", "ana@example.com", "not a secret")
    user.groups.add(Group.objects.create(name="nurses"))
    user.user_permissions.set(Permission.objects.filter(codename__startswith="add_"))
    print(User.objects.get(username="ana").check_password("not a secret"), list(user.groups.values_list("name", flat=True)))
    print(sorted(user.get_user_permissions()))


step("users", users)


def moves_data():
    from django.contrib.sessions.models import Session
    with connection.schema_editor() as editor:
        editor.execute("ALTER TABLE django_session ADD COLUMN note text")
        editor.execute("UPDATE django_session SET note = 'moved'")
    print(Session.objects.count())


step("migration that moves data", moves_data)
print("-- backwards")
try:
    call_command("migrate", "sessions", "zero", stdout=sys.stdout, no_color=True, verbosity=1)
except Error as problem:
    told(problem)
