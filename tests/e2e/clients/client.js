// node-postgres: simple and parametrised queries, named statements, errors, types.
const { Client } = require('pg');

async function main() {
  const [port, database, user, password] = process.argv.slice(2);
  const client = new Client({ host: '127.0.0.1', port: Number(port), database, user, password });
  await client.connect();
  const show = (title, result) => {
    console.log(`-- ${title}: ${result.command} ${result.rowCount} ` + result.fields.map((f) => `${f.name}:${f.dataTypeSize}:${f.dataTypeModifier}`).join(' '));
    result.rows.forEach((row) => console.log(JSON.stringify(row)));
  };
  show('simple', await client.query('SELECT id, last_name, dob, ssn, emergency FROM patients WHERE id < 5 ORDER BY id'));
  show('parameters', await client.query('SELECT id, last_name FROM patients WHERE mrn = $1 OR id = $2 ORDER BY id', ['MRN0000042', 7]));
  show('array', await client.query('SELECT id FROM patients WHERE last_name = ANY($1) ORDER BY id', [['Ng', "O'Brien"]]));
  for (let i = 1; i < 4; i++) {
    show('named ' + i, await client.query({ name: 'by-id', text: 'SELECT first_name, photo FROM patients WHERE id = $1', values: [11 * i] }));
  }
  show('rows as arrays', await client.query({ text: 'SELECT temperature, pulse, fasting FROM visits WHERE id < 7 ORDER BY id', rowMode: 'array' }));
  const both = await client.query("SELECT 1 AS one; SELECT last_name FROM patients WHERE id = 3");
  both.forEach((result, i) => show('statement ' + i, result));
  await client.query('BEGIN');
  show('insert', await client.query('INSERT INTO patients (id, mrn, last_name, first_name, dob, state) VALUES ($1, $2, $3, $4, $5, $6) RETURNING id, last_name, dob', [9301, 'N1', 'Node', 'Js', '2002-03-04', 'CA']));
  try {
    await client.query("SELECT id FROM patients WHERE external_ref = $1", ['not a uuid']);
  } catch (problem) {
    console.log('error', problem.code, problem.message);
  }
  await client.query('ROLLBACK');
  console.log('-- many at once');  // the driver queues them on its one connection
  const found = await Promise.all([3, 4, 5].map((id) => client.query('SELECT last_name, dob, emergency FROM patients WHERE id = $1', [id])));
  found.forEach((result) => console.log(JSON.stringify(result.rows)));
  await client.query('BEGIN');
  show('types back', await client.query('INSERT INTO patients (id, mrn, ssn, last_name, first_name, dob, state, emergency, photo) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) RETURNING ssn, dob, emergency, photo',
    [9302, 'N2', '111-22-3333', 'Node', 'Js', new Date(Date.UTC(2002, 2, 4, 12)), 'CA', { name: 'Ä', phones: [1, null] }, Buffer.from([0, 255])]));
  show('update', await client.query('UPDATE patients SET last_name = $1, photo = $2 WHERE ssn = $3', ['Changed', null, '111-22-3333']));
  show('conflict', await client.query("INSERT INTO patients (id, mrn, last_name, first_name, dob, state) VALUES (9303, $1, $2, 'X', '2000-01-01', 'CA') ON CONFLICT (mrn) DO UPDATE SET last_name = excluded.last_name RETURNING id, last_name", ['MRN0000042', 'Upserted']));
  show('page', await client.query('SELECT id, last_name FROM patients WHERE last_name LIKE $1 ORDER BY last_name, id LIMIT $2 OFFSET $3', ['S%', 5, 2]));
  await client.query('ROLLBACK');
  for (const [text, values] of [["UPDATE patients SET mrn = $1 WHERE id = 3", ['MRN0000042']], ["SELECT id FROM patients WHERE dob = $1", ['1999-02-30']],
    ["SELECT id FROM patients WHERE last_name = = 'x'", []], ['SELECT id, nosuch FROM patients', []], ['UPDATE patients SET last_name = $1 WHERE id = 3', [null]]]) {
    console.log('-- error ' + text);
    await client.query(text, values).catch((problem) => console.log(problem.code, problem.message, problem.position, problem.constraint, problem.column));
  }
  show('after', await client.query('SELECT count(*)::int AS n FROM patients WHERE id = 9301'));
  await client.end();
}

main().catch((problem) => { console.error(problem); process.exit(1); });
