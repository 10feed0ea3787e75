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
  show('after', await client.query('SELECT count(*)::int AS n FROM patients WHERE id = 9301'));
  await client.end();
}

main().catch((problem) => { console.error(problem); process.exit(1); });
