"""What expressions are made of: for each family (schema.py) a table of (weight, construct, template).

In a template `{text}` is an expression of that family, `{num!}` one whose equal values look the same,
`{int|num}` one of either, `{any}` one of
any family that sorts (the same one wherever it stands in the template), `{=a|b}` one of these words. Templates that
start with `=` look the same for equal arguments whatever the arguments are. None of them can fail on the demo data:
whether an error in a row is met depends on the plan, so that two PostgreSQLs need not agree on it.
"""


def general(family, exact=True):
    """What every family has."""
    bang = "" if exact else "!"
    x = "{" + family + "}"
    sorted_x = "{" + family + bang + "}"
    return [(3, "coalesce", f"coalesce({x}, {x})"), (2, "nullif", f"nullif({x}, {x})"),
            (3, "case", f"CASE WHEN {{bool}} THEN {x} ELSE {x} END"),
            (1, "case", f"CASE WHEN {{bool}} THEN {x} WHEN {{bool}} THEN {x} END"),
            (1, "case", f"CASE {{any}} WHEN {{any}} THEN {x} ELSE {x} END"),
            (2, "greatest, least", f"{{=greatest|least}}({sorted_x}, {sorted_x})")]


TEXT = general("text") + [
    (8, "text functions", "{=lower|upper|initcap|reverse|btrim|md5|quote_literal}({text})"),
    (4, "concatenation", "({text} || {text})"), (4, "concatenation", "({text} || ', ' || {text})"),
    (2, "concatenation", "concat({text}, {int}, {date})"), (1, "concatenation", "concat_ws('-', {text}, {text})"),
    (3, "substrings", "{=left|right}({text}, {=2|1|0|-2|5})"),
    (2, "substrings", "substr({text}, {=1|2|3}, {=3|1|0})"), (1, "substrings", "substring({text} FROM 2 FOR 3)"),
    (1, "regular expressions", "substring({text} FROM '[a-z]+')"),
    (1, "regular expressions", "regexp_replace({text}, '[aeiou]', '', 'g')"),
    (1, "text functions", "overlay({text} PLACING 'XX' FROM 2 FOR 1)"),
    (1, "text functions", "replace({text}, 'a', {text})"), (1, "text functions", "translate({text}, 'abc', 'xyz')"),
    (1, "text functions", "lpad({text}, 12, '*')"), (1, "text functions", "split_part({text}, ' ', 1)"),
    (1, "text functions", "trim(BOTH '*' FROM {text})"), (1, "text functions", "repeat({text}, 2)"),
    (1, "text functions", "format('%s:%s', {text}, {int})"), (1, "text functions", "convert_from(convert_to({text}, "
                                                                                   "'UTF8'), 'UTF8')"),
    (3, "casts", "({int|num|date|bool|ts|uuid|interval|json})::text"),
    (2, "casts", "({text})::{=varchar(3)|text|char(4)|varchar}"), (1, "casts", "CAST({text} AS text)"),
    (2, "formatting", "to_char({date}, '{=YYYY-MM|DD.MM.YY|Day}')"), (1, "formatting", "to_char({num}, 'FM99990.00')"),
    (1, "collate", "({text} COLLATE \"C\")"), (2, "json operators", "({json} ->> {='relation'|'name'|0})"),
    (1, "bytea functions", "encode({bytes}, 'hex')"), (1, "SQL functions", "full_name({text}, {text})"),
    (1, "arrays", "array_to_string({text[]}, ',')"), (1, "arrays", "({text[]})[1]"),
    (1, "type of a value", "pg_typeof({any})::text"), (1, "rows", "(ROW({int}, {text}))::text"),
    (1, "rows", "(ROW({any}, {bool}))::text"),
]
INT = general("int") + [
    (4, "arithmetic", "({int} {=+|-} {int})"), (2, "arithmetic", "({int} {=*|/|%} {=2|3|7})"),
    (2, "arithmetic", "{=abs|-}({int})"),
    (4, "text functions", "{=length|char_length|octet_length|ascii}({text})"),
    (1, "text functions", "strpos({text}, 'a')"), (1, "text functions", "position('e' IN {text})"),
    (3, "date functions", "extract({=year|month|day|dow} FROM {date})::integer"),
    (2, "date functions", "date_part('month', {date})::integer"), (2, "date arithmetic", "({date} - {date})"),
    (1, "casts", "({bool})::integer"), (1, "casts", "({num})::bigint"),
    (1, "arrays", "cardinality({text[]})"), (1, "arrays", "array_length({text[]}, 1)"),
    (1, "SQL functions", "age_on(DATE '2024-06-01', {date})"), (1, "null counts", "num_nulls({text}, {date}, {bool})"),
    (1, "numeric functions", "width_bucket({num}, 0, 100, 5)"),
]
NUM = general("num", False) + [
    (4, "arithmetic", "({num} {=+|-} {num})"), (2, "arithmetic", "({num} * {=2|1.5})"),
    (2, "arithmetic", "({num} / {=3|0.7})"), (3, "numeric functions", "=round({num}, {=1|0|2})"),
    (1, "numeric functions", "=trunc({num}, 1)"), (1, "numeric functions", "=trim_scale({num})"),
    (2, "numeric functions", "=abs({num!})"), (2, "numeric functions", "={=ceil|floor}({num})"),
    (3, "casts", "=({int})::numeric"), (2, "casts", "=({num})::numeric(12,2)"),
    (1, "numeric functions", "sqrt(abs({num}))"), (1, "date functions", "extract(epoch FROM {ts})"),
]
DATE = general("date") + [
    (4, "date arithmetic", "({date} {=+|-} {=1|30|365})"), (1, "date arithmetic", "({date} + ({int} % 50)::integer)"),
    (2, "date functions", "date_trunc('{=month|year}', {date})::date"), (2, "casts", "({ts})::date"),
    (1, "time zones", "({tstz} AT TIME ZONE 'UTC')::date"),
    (1, "date functions", "make_date(extract(year FROM {date})::integer, 1, 1)"),
    (2, "date arithmetic", "({date} + interval '1 month')::date"),
]
TS = general("ts") + [
    (3, "date functions", "date_trunc('{=hour|day|year}', {ts})"), (2, "date arithmetic", "({ts} + {interval})"),
    (2, "casts", "({date})::timestamp"), (2, "time zones", "({tstz} AT TIME ZONE 'UTC')"),
    (1, "date arithmetic", "({date} + time '08:00')"),
]
TSTZ = general("tstz") + [
    (3, "time zones", "({ts} AT TIME ZONE 'UTC')"), (2, "date functions", "date_trunc('day', {tstz})"),
    (2, "date arithmetic", "({tstz} + {interval})"), (1, "casts", "({date})::timestamptz"),
]
INTERVAL = general("interval", False) + [
    (4, "age", "age({date}, {date})"), (2, "date arithmetic", "({ts} - {ts})"),
    (1, "date arithmetic", "({interval} * 2)"), (1, "date functions", "justify_days({interval})"),
    (1, "date functions", "make_interval(days => 3)"),
]
FLOAT = general("float") + [
    (3, "date functions", "date_part('{=year|dow}', {date})"), (2, "casts", "({num})::double precision"),
    (2, "numeric functions", "sqrt(abs({float}))"), (1, "arithmetic", "({float} + {float})"),
]
JSON = general("json", False)[:-1] + [
    (4, "json builders", "jsonb_build_object('k', {text}, 'n', {int})"), (2, "json builders", "to_jsonb({any})"),
    (2, "json builders", "jsonb_build_array({int}, {text}, {bool})"),
    (3, "json operators", "({json} -> {='relation'|'phones'|0})"),
    (1, "json operators", "({json} #> '{phones,0}')"), (1, "json operators", "({json} - 'relation')"),
    (1, "json functions", "jsonb_strip_nulls({json})"), (1, "json builders", "to_jsonb(ROW({int}, {text}))"),
    (1, "json functions", "jsonb_path_query_array({json}, '$.phones[*]')"),
]
BYTES = general("bytes")[:-1] + [
    (3, "bytea functions", "convert_to({text}, 'UTF8')"), (2, "concatenation", "({bytes} || {bytes})"),
    (2, "bytea functions", "substring({bytes} FROM 1 FOR 4)"), (1, "bytea functions", "sha256({bytes})"),
    (1, "bytea functions", "decode(md5({text}), 'hex')"),
]
UUID = general("uuid")[:-1] + [(2, "casts", "md5({text})::uuid")]
TEXTS = [
    (4, "arrays", "ARRAY[{text}, {text}]::text[]"), (3, "arrays", "string_to_array({text}, ' ')"),
    (1, "arrays", "({text[]} || {text[]})"), (1, "arrays", "array_append({text[]}, ({text})::text)"),
    (1, "regular expressions", "regexp_split_to_array({text}, ' ')"), (1, "coalesce", "coalesce({text[]}, {text[]})"),
]
INTS = [(3, "arrays", "ARRAY[{int}, {int}]::integer[]"), (1, "coalesce", "coalesce({int[]}, {int[]})")]
BOOL = [
    (6, "and, or, not", "({bool} AND {bool})"), (4, "and, or, not", "({bool} OR {bool})"),
    (3, "and, or, not", "(NOT {bool})"), (5, "is null", "({any} IS {=NULL|NOT NULL})"),
    (2, "is true", "({bool} IS {=TRUE|NOT TRUE|NOT FALSE|UNKNOWN})"),
    (8, "comparisons", "({any} {==|<>|<|<=|>|>=} {any})"),
    (3, "is distinct from", "({any} IS {=DISTINCT|NOT DISTINCT} FROM {any})"),
    (3, "between", "({any} {=BETWEEN|NOT BETWEEN|BETWEEN SYMMETRIC} {any} AND {any})"),
    (3, "in a list", "({any} {=IN|NOT IN} ({any}, {any}, {any}))"),
    (2, "any, all of an array", "({text} {== ANY|<> ALL|>= ANY} ({text[]}))"),
    (1, "any, all of an array", "({int} = ANY ({int[]}))"),
    (2, "row comparisons", "(({any}, {text}) {==|<>|<|>=} ({any}, {text}))"),
    (1, "row comparisons", "(({int}, {text}) IN (({int}, {text}), ({int}, {text})))"),
    (1, "row comparisons", "(ROW({text}, {date}) IS {=NULL|NOT NULL})"),
    (2, "overlaps", "(({date}, {date}) OVERLAPS ({date}, {date}))"),
    (2, "json operators", "({json} @> {json})"), (2, "json operators", "({json} ? {='name'|'relation'})"),
    (3, "like", "({text} {=LIKE|NOT LIKE|ILIKE|NOT ILIKE} {='S%'|'%i%'|'_a%'|'%er'|'smith'|'M_ller'|'%'|'***'})"),
    (1, "like", "({text} LIKE {text})"), (1, "like", "({text} LIKE 'x!%%' ESCAPE '!')"),
    (1, "similar to", "({text} {=SIMILAR TO|NOT SIMILAR TO} '(S|M)%')"),
    (2, "regular expressions", "({text} {=~|~*|!~} {='^[A-M]'|'er$'|'[0-9][0-9]'|'[ai].'})"),
    (1, "starts with", "starts_with({text}, 'S')"), (1, "starts with", "({text} ^@ 'M')"),
    (1, "arrays", "({text[]} {=&&|@>|=} {text[]})"), (1, "full text", "(to_tsvector('{=simple|english}', {text}) @@ "
                                                                      "to_tsquery('simple', 'smith'))"),
    (2, "coalesce", "coalesce({bool}, {=false|true})"), (1, "case", "CASE WHEN {bool} THEN {bool} ELSE {bool} END"),
    (1, "date functions", "isfinite({date})"),
]
# Aggregates: arguments are of the rows, not of the groups. {order} is an order in which equal rows are equal.
AGGREGATES = {
    "int": [(6, "count", "count(*)"), (4, "count", "count({any})"), (3, "count distinct", "count(DISTINCT {any})"),
            (3, "sum, avg", "sum({int})"), (3, "min, max", "{=min|max}({int})"),
            (1, "array_agg", "cardinality(array_agg({text}))"),
            (1, "hypothetical-set aggregates", "rank(5) WITHIN GROUP (ORDER BY ({int})::integer)")],
    "num": [(4, "sum, avg", "sum({num})"), (3, "sum, avg", "avg({num|int})"), (2, "min, max", "={=min|max}({num!})"),
            (1, "statistics", "{=stddev|var_pop}({num})")],
    "text": [(4, "min, max", "{=min|max}({text})"), (3, "string_agg", "string_agg({text}, ',' ORDER BY {same})"),
             (1, "string_agg", "string_agg(DISTINCT ({text})::text, '+')"),
             (2, "ordered-set aggregates", "percentile_disc(0.5) WITHIN GROUP (ORDER BY {text})"),
             (1, "ordered-set aggregates", "mode() WITHIN GROUP (ORDER BY {text})")],
    "date": [(4, "min, max", "{=min|max}({date})"),
             (1, "ordered-set aggregates", "percentile_disc(0.25) WITHIN GROUP (ORDER BY {date} DESC)")],
    "ts": [(1, "min, max", "{=min|max}({ts})")], "tstz": [(1, "min, max", "{=min|max}({tstz})")],
    "bool": [(2, "bool_and, bool_or", "{=bool_and|bool_or|every}({bool})")],
    "float": [(1, "ordered-set aggregates", "percentile_cont(0.5) WITHIN GROUP (ORDER BY {float})")],
    "json": [(2, "json aggregates", "jsonb_agg({text} ORDER BY {same})"),
             (1, "json aggregates", "jsonb_agg(DISTINCT {text})")],
    "text[]": [(2, "array_agg", "array_agg(({text})::text ORDER BY {same})"),
               (1, "array_agg", "array_agg(DISTINCT ({text})::text)")],
    "sex_type": [(1, "min, max", "max({sex_type})")], "visit_kind": [(1, "min, max", "min({visit_kind})")],
}
# Window functions whose answer does not depend on the order of peers; {total} orders all rows.
WINDOWS = {
    "int": [(3, "rank", "{=rank|dense_rank}() OVER ({partition}ORDER BY {any}{=| DESC| NULLS FIRST})"),
            (3, "count over", "count({any}) OVER ({partition})"), (2, "sum over", "sum({int}) OVER ({partition}ORDER "
                                                                                 "BY {any})"),
            (2, "row_number", "row_number() OVER ({partition}ORDER BY {total})"),
            (1, "window frames", "count(*) OVER (ORDER BY {total} ROWS BETWEEN 1 PRECEDING AND 1 FOLLOWING)"),
            (1, "window frames", "count(*) OVER (ORDER BY {any} GROUPS 1 PRECEDING EXCLUDE CURRENT ROW)")],
    "text": [(3, "lag, lead", "{=lag|lead}({text}) OVER ({partition}ORDER BY {total})"),
             (2, "first_value", "{=first_value|last_value}({text}) OVER ({partition}ORDER BY {total})"),
             (1, "min over", "{=min|max}({text}) OVER ({partition})"),
             (1, "min over", "max({text}) FILTER (WHERE {bool}) OVER ({partition})")],
    "date": [(2, "lag, lead", "lag({date}, 2, DATE '2000-01-01') OVER (ORDER BY {total})"),
             (1, "min over", "min({date}) OVER ({partition}ORDER BY {any})")],
    "num": [(1, "sum over", "sum({num}) OVER ({partition})")],
    "float": [(1, "percent_rank", "{=percent_rank|cume_dist}() OVER ({partition}ORDER BY {any})")],
}
FAMILIES = {"text": TEXT, "int": INT, "num": NUM, "date": DATE, "ts": TS, "tstz": TSTZ, "interval": INTERVAL,
            "float": FLOAT, "json": JSON, "bytes": BYTES, "uuid": UUID, "text[]": TEXTS, "int[]": INTS, "bool": BOOL}
SORTED = ("text", "int", "date", "num", "bool", "tstz", "ts", "uuid", "float", "sex_type", "visit_kind")
