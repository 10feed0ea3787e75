-- Invented people and their visits: no real person, nothing random. The same variables give the same
-- rows on every machine, so that a test may name them.
--   psql -v patients=5000 -v visits=50000 -f data.sql
\if :{?patients} \else \set patients 5000 \endif
\if :{?visits} \else \set visits 50000 \endif
SET client_min_messages = warning;
SET timezone = 'UTC';

-- pick('tag', i, n): 0 .. n-1, spread evenly, the same for the same arguments.
CREATE FUNCTION pg_temp.pick(tag text, i bigint, n integer) RETURNS integer
  LANGUAGE sql IMMUTABLE AS
  $$ SELECT (('x' || substr(md5(tag || i), 1, 7))::bit(28)::integer % n) $$;
CREATE FUNCTION pg_temp.uuid_of(tag text, i bigint) RETURNS uuid
  LANGUAGE sql IMMUTABLE AS $$ SELECT md5(tag || i)::uuid $$;

CREATE TEMP TABLE words AS SELECT
  string_to_array('Smith,Johnson,Williams,Brown,Jones,Garcia,Miller,Davis,Rodriguez,Martinez,Hernandez,'
    'Lopez,Gonzalez,Wilson,Anderson,Thomas,Taylor,Moore,Jackson,Martin,Lee,Perez,Thompson,White,Harris,'
    'Sanchez,Clark,Ramirez,Lewis,Robinson,Walker,Young,Allen,King,Wright,Scott,Torres,Nguyen,Hill,Flores,'
    'Green,Adams,Nelson,Baker,Hall,Rivera,Campbell,Mitchell,Carter,Roberts,Gomez,Phillips,Evans,Turner,'
    'Diaz,Parker,Cruz,Edwards,Collins,Reyes,Stewart,Morris,Morales,Murphy,Cook,Rogers,Gutierrez,Ortiz,'
    'Müller,Núñez,O''Brien,van der Berg,de la Cruz,Smith-Jones,Søndergaard,Åberg,Żółkiewski,MacDonald,'
    'Meier,Meyer,Mayer,Maier,Schmidt,Schmitt,Li,Ng,St. Clair,D''Angelo', ',') AS last,
  string_to_array('Mary,James,Patricia,Robert,Jennifer,John,Linda,Michael,Elizabeth,David,Barbara,William,'
    'Susan,Richard,Jessica,Joseph,Karen,Thomas,Sarah,Christopher,Lisa,Charles,Nancy,Daniel,Sandra,Matthew,'
    'Betty,Anthony,Ashley,Mark,Emily,Donald,Kimberly,Steven,Margaret,Andrew,Donna,Paul,Michelle,Joshua,'
    'José,Zoë,Anne-Marie,Jürgen,Björn,Siobhán,Ana,Lu,Mei,Noor', ',') AS first,
  string_to_array('Main St,Oak Ave,Maple Dr,Cedar Ln,Elm St,Washington Blvd,Lake Rd,Hill Ct,Park Pl,2nd St', ',')
    AS street,
  string_to_array('Springfield,Riverton,Lakeview,Fairmont,Greenville,Bristol,Clinton,Georgetown,Salem,Dover',
    ',') AS city,
  string_to_array('CA,NY,TX,FL,IL,PA,OH,GA,NC,MI,NH,WY', ',') AS state,
  string_to_array('036,059,102,692,821,902,100,606,733,331,191,441,303,275,481,878,893', ',') AS zip3,
  string_to_array('Family medicine,Internal medicine,Pediatrics,Cardiology,Dermatology,Psychiatry', ',')
    AS specialty,
  string_to_array('annual physical,cough and fever,back pain,medication refill,headache,follow-up after '
    'surgery,blood pressure check,rash on left arm,knee injury,anxiety,vaccination,abdominal pain', ',')
    AS reason,
  string_to_array('I10|Essential hypertension,E11.9|Type 2 diabetes mellitus,J06.9|Acute upper respiratory '
    'infection,M54.5|Low back pain,F41.1|Generalized anxiety disorder,F32.9|Major depressive disorder,'
    'J45.909|Unspecified asthma,E78.5|Hyperlipidemia,B20|HIV disease,Z00.00|General adult examination',
    ',') AS diagnosis,
  string_to_array('Lisinopril,Metformin,Atorvastatin,Amlodipine,Albuterol,Omeprazole,Sertraline,Losartan,'
    'Gabapentin,Levothyroxine,Insulin glargine,Amoxicillin', ',') AS drug,
  string_to_array('GLU,HBA1C,LDL,HDL,TSH,CREA,WBC,HGB', ',') AS test,
  string_to_array('mg/dL,%,mg/dL,mg/dL,mIU/L,mg/dL,10^9/L,g/dL', ',') AS test_unit;

INSERT INTO practitioners (npi, last_name, first_name, specialty, active)
SELECT lpad((1000000000 + i * 7919)::text, 10, '0'),
  last[1 + pg_temp.pick('dl', i, cardinality(last))], first[1 + pg_temp.pick('df', i, cardinality(first))],
  specialty[1 + i % cardinality(specialty)], i % 9 <> 0
FROM words, generate_series(1, 20) AS i;

INSERT INTO rooms SELECT 'R' || (100 + i), (1 + i / 8)::smallint, 1 + i % 4
FROM generate_series(1, 24) AS i;

INSERT INTO payers SELECT i, (ARRAY['Blue Harbor', 'United Lake', 'Evergreen Mutual', 'State Medicaid',
  'Medicare', 'Cascade Health', 'Self pay'])[i], i <> 7
FROM generate_series(1, 7) AS i;

INSERT INTO patients (id, mrn, ssn, last_name, first_name, dob, sex, street, city, state, zip, phone, email,
  external_ref, emergency, photo, language, vip, practitioner_id, registered_at)
SELECT i, 'MRN' || lpad(i::text, 7, '0'),
  CASE WHEN i % 25 <> 0 THEN '9' || substr(d, 1, 2) || '-' || substr(d, 3, 2) || '-' || substr(d, 5, 4) END,
  l, f, date '1930-01-01' + pg_temp.pick('dob', i, 33000),
  (ARRAY['female', 'male', 'female', 'male', 'female', 'male', 'other', 'unknown'])
    [1 + pg_temp.pick('sex', i, 8)]::sex_type,
  CASE WHEN i % 40 <> 0 THEN (1 + pg_temp.pick('no', i, 9899)) || ' '
    || street[1 + pg_temp.pick('st', i, cardinality(street))] END,
  city[1 + pg_temp.pick('ci', i, cardinality(city))], state[1 + pg_temp.pick('us', i, cardinality(state))],
  CASE WHEN i % 30 <> 0 THEN zip3[1 + pg_temp.pick('z3', i, cardinality(zip3))]
    || lpad(pg_temp.pick('z2', i, 100)::text, 2, '0')
    || CASE WHEN i % 5 = 0 THEN '-' || lpad(pg_temp.pick('z4', i, 10000)::text, 4, '0') ELSE '' END END,
  '(' || (200 + pg_temp.pick('ac', i, 700)) || ') 555-' || lpad((i % 10000)::text, 4, '0'),
  CASE WHEN i % 7 <> 0 THEN lower(translate(f, ' éáöüëøåßŻół''-.', '_eaoueoaszol___')) || '.' || i
    || '@example.' || CASE i % 3 WHEN 0 THEN 'com' WHEN 1 THEN 'ORG' ELSE 'net' END END,
  CASE WHEN i % 3 = 0 THEN pg_temp.uuid_of('ref', i) END,
  CASE WHEN i % 4 <> 0 THEN jsonb_build_object('name', first[1 + pg_temp.pick('ef', i, cardinality(first))]
    || ' ' || l, 'relation', (ARRAY['spouse', 'parent', 'child', 'friend'])[1 + i % 4],
    'phones', jsonb_build_array('555-' || lpad(((i * 3) % 10000)::text, 4, '0'))) END,
  CASE WHEN i % 11 = 0 THEN decode(md5('photo' || i) || md5('p' || i), 'hex') END,
  (ARRAY['en', 'en', 'en', 'es', 'zh', 'fr'])[1 + pg_temp.pick('la', i, 6)], i % 50 = 7,
  1 + pg_temp.pick('pr', i, 20), timestamptz '2019-01-01 08:00+00' + i * interval '97 minutes'
FROM (
  SELECT i, words.*, lpad(((i * 48271317 + 12345) % 100000000)::text, 8, '0') AS d,
    last[1 + pg_temp.pick('ln', i, cardinality(last))] AS l,
    first[1 + pg_temp.pick('fn', i, cardinality(first))] AS f
  FROM words, generate_series(1, :patients::bigint) AS i
) AS invented;

INSERT INTO visits (id, patient_id, practitioner_id, visit_at, kind, room, status, fee, reason, temperature,
  pulse, fasting, checked_in)
SELECT i, p, 1 + pg_temp.pick('vp', i, 20), at,
  (ARRAY['checkup', 'acute', 'follow_up', 'telehealth', 'procedure'])[1 + pg_temp.pick('vk', i, 5)]::visit_kind,
  CASE WHEN i % 6 <> 0 THEN 'R' || (101 + pg_temp.pick('ro', i, 24)) END,
  (ARRAY['open', 'closed', 'billed'])[1 + pg_temp.pick('vs', i, 3)], 40 + pg_temp.pick('fe', i, 36000) / 100.0,
  CASE WHEN i % 20 <> 0 THEN reason[1 + pg_temp.pick('re', i, cardinality(reason))] END,
  CASE WHEN i % 3 <> 0 THEN 36 + pg_temp.pick('te', i, 45) / 10.0 END,
  CASE WHEN i % 4 <> 0 THEN 52 + pg_temp.pick('pu', i, 70) END, CASE WHEN i % 5 <> 0 THEN i % 2 = 0 END,
  CASE WHEN i % 8 <> 0 THEN at - pg_temp.pick('in', i, 2400) * interval '1 second' END
FROM (
  SELECT i, words.*, 1 + pg_temp.pick('vi', i, :patients) AS p,
    timestamptz '2020-01-02 08:00+00' + i * interval '41 minutes' AS at
  FROM words, generate_series(1, :visits::bigint) AS i
) AS invented;

INSERT INTO diagnoses (id, visit_id, patient_id, code, description, severity, noted_on)
SELECT row_number() OVER (ORDER BY v.id), v.id, v.patient_id, split_part(dx, '|', 1), split_part(dx, '|', 2),
  CASE WHEN v.id % 4 <> 0 THEN 1 + pg_temp.pick('se', v.id, 5) END, v.visit_at::date
FROM visits v, words, LATERAL (SELECT diagnosis[1 + pg_temp.pick('dx', v.id, cardinality(diagnosis))] AS dx) d
WHERE v.id % 2 = 0;

INSERT INTO prescriptions (id, patient_id, drug, dose, unit, pills, barcode, started, ended)
SELECT pg_temp.uuid_of('rx', v.id), v.patient_id, drug[1 + pg_temp.pick('dr', v.id, cardinality(drug))],
  CASE WHEN v.id % 10 <> 0 THEN (ARRAY[2.5, 5, 10, 12.5, 20, 25, 50, 100, 500, 0.125])
    [1 + pg_temp.pick('do', v.id, 10)] END,
  CASE WHEN v.id % 7 = 0 THEN 'ml' ELSE 'mg' END, 30 * (1 + pg_temp.pick('pi', v.id, 3)),
  300000000000 + pg_temp.pick('bc', v.id, 250000000)::bigint * 11, v.visit_at::date,
  CASE WHEN v.id % 2 = 1 THEN v.visit_at::date + 30 END
FROM visits v, words WHERE v.id % 3 = 0;

INSERT INTO lab_results (patient_id, test_code, value, unit, observed_at, abnormal, report)
SELECT v.patient_id, test[n], val, test_unit[n], (v.visit_at AT TIME ZONE 'UTC') + interval '90 minutes 0.25 s',
  val > 150, CASE WHEN v.id % 8 = 0 THEN jsonb_build_object('analyzer', 'AU-' || n, 'value', val,
    'flags', CASE WHEN val > 150 THEN '["H"]'::jsonb ELSE '[]'::jsonb END, 'comment', 'specimen ' || v.id) END
FROM visits v, words, LATERAL (SELECT 1 + pg_temp.pick('lt', v.id, cardinality(test)) AS n,
  CASE WHEN v.id % 12 <> 0 THEN round(pg_temp.pick('lv', v.id, 200000) / 1000.0, 1 + (v.id % 3)::integer) END
    AS val) AS l
WHERE v.id % 4 = 0 ORDER BY v.id;

INSERT INTO insurance (patient_id, payer_id, member_no, group_no, valid_from, valid_to)
SELECT p.id, 1 + pg_temp.pick('py', p.id, 6), 'M' || lpad(((p.id::bigint * 7368787) % 1000000000)::text, 9, '0'),
  CASE WHEN p.id % 9 <> 0 THEN 1000 + pg_temp.pick('gr', p.id, 60) END, date '2020-01-01',
  CASE WHEN p.id % 5 = 0 THEN date '2023-12-31' END
FROM patients p WHERE p.id % 8 <> 0;

INSERT INTO appointments (patient_id, practitioner_id, starts_at, minutes, status, reason)
SELECT p.id, 1 + p.id % 20, timestamp '2026-01-05 08:00' + (p.id / 20) * interval '30 minutes',
  (ARRAY[10, 20, 20, 40])[1 + p.id % 4],
  (ARRAY['booked', 'booked', 'arrived', 'done', 'cancelled', 'no_show'])[1 + p.id % 6]::appointment_status,
  CASE WHEN p.id % 3 <> 0 THEN reason[1 + pg_temp.pick('ap', p.id, cardinality(reason))] END
FROM patients p, words WHERE p.id % 2 = 0 ORDER BY p.id;

INSERT INTO documents (id, patient_id, title, mime, body)
SELECT pg_temp.uuid_of('doc', p.id), p.id, 'Referral letter for ' || p.first_name || ' ' || p.last_name,
  'text/plain', convert_to('Dear colleague, thank you for seeing ' || p.last_name || ' (born ' || p.dob || ').',
  'UTF8') || decode(repeat(md5('doc' || p.id), 1 + p.id % 7), 'hex')
FROM patients p WHERE p.id % 10 = 0;

INSERT INTO consents (patient_id, kind, given_at, signature)
SELECT p.id, CASE p.id % 2 WHEN 0 THEN 'treatment' ELSE 'research' END, p.registered_at,
  decode(md5('sig' || p.id), 'hex')
FROM patients p WHERE p.id % 6 = 0 ORDER BY p.id;

INSERT INTO billing.invoices (patient_id, visit_id, issued, amount, paid, card_last4, memo)
SELECT v.patient_id, v.id, v.visit_at::date + 3, v.fee, CASE v.status WHEN 'billed' THEN v.fee ELSE 0 END,
  CASE WHEN v.id % 3 = 0 THEN lpad(pg_temp.pick('ca', v.id, 10000)::text, 4, '0') END,
  CASE WHEN v.id % 10 = 0 THEN 'Co-pay waived for ' || v.kind END
FROM visits v WHERE v.status <> 'open' ORDER BY v.id;

-- Identity columns go on after the highest id.
SELECT setval(pg_get_serial_sequence('patients', 'id'), max(id)) FROM patients \g /dev/null
SELECT setval(pg_get_serial_sequence('visits', 'id'), max(id)) FROM visits \g /dev/null
SELECT setval(pg_get_serial_sequence('diagnoses', 'id'), coalesce(max(id), 1)) FROM diagnoses \g /dev/null
ANALYZE;
