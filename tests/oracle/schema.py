"""The demo clinic as the generator knows it: relations, columns with their families of types, keys, values.

A *family* is a set of types between which PostgreSQL casts by itself: int (int2, int4, int8), num, text (text,
varchar, char, domains over them), date, ts, tstz, interval, float, bool, uuid, json (jsonb), bytes (bytea), the enums,
and arrays of some (`text[]`). `~` marks a column whose equal values may be written differently (numeric without
scale, jsonb): which of them a GROUP BY, DISTINCT or max() shows is not defined.
"""
from dataclasses import dataclass, field, replace

TABLES = {
    "patients": "id:int! mrn:text ssn:text last_name:text first_name:text dob:date sex:sex_type street:text "
                "city:text state:text zip:text phone:text email:text external_ref:uuid emergency:json~ photo:bytes "
                "language:text vip:bool practitioner_id:int revision:int registered_at:tstz",
    "visits": "id:int! patient_id:int practitioner_id:int visit_at:tstz kind:visit_kind room:text status:text fee:num "
              "reason:text temperature:num pulse:int fasting:bool checked_in:tstz",
    "diagnoses": "id:int! visit_id:int patient_id:int code:text description:text severity:int noted_on:date",
    "prescriptions": "id:uuid! patient_id:int drug:text dose:num unit:text pills:int barcode:int started:date "
                     "ended:date",
    "lab_results": "id:int! patient_id:int test_code:text value:num~ unit:text observed_at:ts abnormal:bool "
                   "report:json~",
    "insurance": "patient_id:int! payer_id:int! member_no:text group_no:int valid_from:date valid_to:date",
    "appointments": "id:int! patient_id:int practitioner_id:int starts_at:ts minutes:int status:appointment_status "
                    "reason:text",
    "documents": "id:uuid! patient_id:int title:text mime:text body:bytes",
    "consents": "id:int! patient_id:int kind:text given_at:tstz signature:bytes",
    "billing.invoices": "id:int! patient_id:int visit_id:int issued:date amount:num paid:num card_last4:text "
                        "memo:text",
    "practitioners": "id:int! npi:text last_name:text first_name:text specialty:text active:bool",
    "rooms": "name:text! floor:int seats:int",
    "payers": "id:int! name:text electronic:bool",
}
# Views: columns, and what of the tables a role must be able to read.
VIEWS = {
    "patient_names": ("id:int! last_name:text first_name:text dob:date", "patients last_name first_name dob"),
    "waiting_room": ("id:int! starts_at:ts minutes:int status:appointment_status last_name:text first_name:text",
                     "patients last_name first_name"),
    "patient_labels": ("id:int! label:text birth_year:int", "patients last_name first_name dob"),
    "visit_counts": ("practitioner_id:int! kind:visit_kind! visits:int", ""),
}
SMALL = {"practitioners", "rooms", "payers"}  # a cross join with one of them stays small
# Which columns name the same thing: the joins that programs write.
LINKS = {"patients.id": "patient", "visits.id": "visit", "practitioners.id": "practitioner", "payers.id": "payer",
         "rooms.name": "room", "visits.room": "room"}
FUZZY = {"num", "json", "interval"}
ENUMS = {"sex_type": ("female", "male", "other", "unknown"),
         "visit_kind": ("checkup", "acute", "follow_up", "telehealth", "procedure"),
         "appointment_status": ("booked", "arrived", "done", "cancelled", "no_show")}
SQL_TYPE = {"int": "integer", "num": "numeric", "text": "text", "date": "date", "ts": "timestamp", "tstz": "timestamptz",
            "bool": "boolean", "uuid": "uuid", "json": "jsonb", "bytes": "bytea", "interval": "interval",
            "float": "double precision", "text[]": "text[]", "int[]": "integer[]", **{name: name for name in ENUMS}}
# Types of parameters that corpus.py can send; "" leaves it to the server.
DECLARED = {"int": "int4", "num": "numeric", "text": "text", "date": "date", "ts": "timestamp", "tstz": "timestamptz",
            "bool": "bool", "uuid": "uuid", "json": "jsonb", "bytes": "bytea"}
VALUES = {
    "int": ("1", "2", "3", "0", "5", "7", "12", "40", "-1"),
    "num": ("1.5", "0", "2", "37.5", "100.00", "-3.25"),
    "text": ("", "a", "Smith", "***", "x%y_z", "O'Brien", "Núñez", "MRN"),
    "date": ("2020-02-29", "1948-01-01", "1970-06-15", "2024-12-31", "0044-03-15 BC"),
    "ts": ("2020-01-05 08:30:00", "2026-01-05 08:00:00", "1999-12-31 23:59:59.5"),
    "tstz": ("2020-01-05 08:30:00+00", "2019-01-03 12:00:00+02", "2026-06-01 00:00:00-05"),
    "bool": ("true", "false"),
    "uuid": ("00000000-0000-0000-0000-000000000000", "e369853d-f766-fa44-e1ed-0ff613f563bd"),
    "json": ('{"a": 1}', "[]", '"x"', '{"relation": "spouse"}', "null"),
    "bytes": (r"\x", r"\x00ff", r"\x446561"),
    "interval": ("1 day", "2 mons", "1 year 3 days", "01:30:00"),
    "float": ("1.5", "0", "-2"),
    "text[]": ("{}", "{a,b}", "{Smith,NULL}"), "int[]": ("{}", "{1,2,3}", "{NULL,7}"),
    **ENUMS,
}
NAMES = ("Smith", "Garcia", "Miller", "Meyer", "Müller", "O'Brien", "van der Berg", "Li", "***", "St. Clair", "smith")
# Values that occur, and masked ones, so that conditions find something.
SAMPLES = {
    "mrn": ("MRN0000003", "MRN0000011", "*******0007", "MRN9"), "last_name": NAMES,
    "first_name": ("Mary", "José", "James", "Siobhán", "***", "lu"), "city": ("Salem", "Dover", "***"),
    "ssn": ("945-29-7978", "957-18-8317", "*******8317", "*******7978"), "street": ("***", "12 Oak Ave"),
    "zip": ("331", "036", "000", "60601"), "phone": ("**********0003", "(555) 555-0001"), "state": ("CA", "TX", "NY"),
    "email": ("mary.3@example.com", "***"), "language": ("en", "es"), "sex": ENUMS["sex_type"],
    "reason": ("back pain", "headache", "***", "knee injury"), "temperature": ("37.5", "36.0", "39.9"),
    "pulse": ("52", "80", "101"), "room": ("R101", "R117"), "status": ("open", "closed", "billed"),
    "code": ("I10", "B20", "E11.9"), "description": ("HIV disease", "Low back pain", "***"),
    "severity": ("1", "3", "5"), "noted_on": ("2020-01-02", "2020-01-01"), "drug": ("Metformin", "Lisinopril", "***"),
    "dose": ("5.000", "12.5", "0.125"), "pills": ("30", "60"), "unit": ("mg", "ml", "%"),
    "test_code": ("GLU", "LDL", "TSH"), "value": ("100", "150.0", "42.50"), "group_no": ("1003", "1021"),
    "member_no": ("M007368787", "M022106361"), "memo": ("Co-pay waived for acute", "***"), "card_last4": ("0042",),
    "title": ("***",), "minutes": ("20", "40"), "mime": ("text/plain",), "kind": ENUMS["visit_kind"],
    "label": ("Smith, Mary", "***, ***"), "birth_year": ("1970", "1948"), "dob": ("1948-01-01", "1970-01-01"),
    "name": ("R101", "Medicare"), "specialty": ("Cardiology", "Pediatrics"), "vip": ("false",), "amount": ("75.50",),
}


@dataclass(frozen=True)
class Column:
    name: str
    family: str
    exact: bool = True   # equal values look the same
    key: bool = False    # part of the primary key
    link: str = ""       # columns with the same link join
    tagged: bool = False


@dataclass
class Relation:
    name: str
    columns: list = field(default_factory=list)
    hidden: bool = False  # has columns that the role may not read

    def named(self, name):
        return next((column for column in self.columns if column.name == name), None)


def column(relation, text):
    name, _, rest = text.partition(":")
    family = rest.strip("!~")
    link = LINKS.get(f"{relation}.{name}", name[:-3] if name.endswith("_id") else "")
    return Column(name, family, "~" not in rest, "!" in rest, link)


def all_relations():
    listed = {**TABLES, **{name: columns for name, (columns, _) in VIEWS.items()}}
    return {name: Relation(name, [column(name, text) for text in columns.split()])
            for name, columns in listed.items()}


def readable(policy, role, verbs=("clear", "masked")):
    """What of the clinic a role may read (or: has one of the verbs for): relations by name."""
    tagged = {name.removeprefix("public."): columns for name, columns in policy.tables().items()}

    def allowed(table, name):
        settings = tagged.get(table, {}).get(name)
        return settings is None or bool(set(verbs) & set(policy.verbs(role, settings["class"])))

    found = {}
    for name, relation in all_relations().items():
        if role == "nobody" and name.startswith("billing."):
            continue
        if name in VIEWS:
            table, *columns = VIEWS[name][1].split() or [""]
            kept = [replace(item, tagged=item.name in columns + ["label", "birth_year"]) for item in relation.columns]
            kept = kept if all(allowed(table, item) for item in columns) else []
        else:
            kept = [replace(item, tagged=item.name in tagged.get(name, {})) for item in relation.columns
                    if allowed(name, item.name)]
        if kept:
            found[name] = Relation(name, kept, len(kept) < len(relation.columns))
    return found


def common(relations):
    """What all of several roles may read."""
    found = {}
    for name, relation in relations[0].items():
        if all(name in other for other in relations):
            kept = [item for item in relation.columns if all(item in other[name].columns for other in relations)]
            if kept:
                found[name] = Relation(name, kept, any(other[name].hidden for other in relations))
    return found
