-- Statements of a role that may find by a value it sees only masked (verb `search`). The oracle, which holds
-- masked values, answers differently, so the expected rows stand here: `--= role: row row ...` with cells
-- joined by `,`; `--= role: 42501` expects an error; `--= role:` expects no row.

--@ search/ssn_literal
--= front_desk: 33,*******5806
--= clinician: 33,992-96-5806
SELECT id, ssn FROM patients WHERE ssn = '992-96-5806';
--@ search/ssn_parameter
--$ 992-96-5806
--= front_desk: 33
--= clinician: 33
SELECT id FROM patients WHERE ssn = $1;
--@ search/ssn_typed_parameter
-- Declared text, the parameter makes PostgreSQL compare ssn::text: an expression, so the mask counts.
--$text 992-96-5806
--= front_desk:
--= clinician: Phillips
SELECT last_name FROM patients WHERE ssn = $1;
--@ search/ssn_of_nobody
--= front_desk:
SELECT id FROM patients WHERE ssn = '000-00-0000';
--@ search/ssn_of_a_vip_is_filtered
--= front_desk:
--= clinician: 7
SELECT id FROM patients WHERE ssn = '937-91-1564';
--@ search/ssn_with_other_conditions
--= front_desk: 33
SELECT id FROM patients WHERE ssn = '992-96-5806' AND state = 'IL';
--@ search/mrn_masked_for_billing
--= billing: 42,******0042
SELECT id, mrn FROM patients WHERE mrn = 'MRN0000042';
--@ search/name_masked_for_billing
--$ O'Brien
--= billing: 20,*** 176,***
SELECT id, last_name FROM patients WHERE last_name = $1 ORDER BY id;
--@ search/dob_masked_for_billing
--= billing: 33,1947-01-01
SELECT id, dob FROM patients WHERE dob = '1947-11-19';
--@ search/no_search_verb
--= billing:
SELECT id FROM patients WHERE ssn = '992-96-5806';
--@ search/only_equality_is_a_search
--= billing: 200
SELECT count(*) FROM patients WHERE mrn <> 'MRN0000042';
--@ search/not_under_not
--= billing: 200
SELECT count(*) FROM patients WHERE NOT (mrn = 'MRN0000042');
--@ search/in_list
--= billing: 42 43
SELECT id FROM patients WHERE mrn IN ('MRN0000042', 'MRN0000043') ORDER BY id;
--@ search/beside_the_mask
--= billing: 0
SELECT count(*) FROM patients WHERE mrn = 'MRN0000042' AND mrn LIKE 'MRN%';
--@ search/does_not_open_the_output
--= front_desk: *******5806
SELECT max(ssn) FROM patients WHERE ssn = '992-96-5806';
