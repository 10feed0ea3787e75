# Ruby's pg: exec_params with type maps, prepared statements, single-row mode, COPY with encoders, pipeline mode,
# notifications. Connects by the PG* variables. Each step begins with `-- name` and may fail by itself.
require 'pg'

PATIENT = 'INSERT INTO patients (id, mrn, ssn, last_name, first_name, dob, state, emergency, photo) ' \
          'VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) '
C = PG.connect

def show(result)
  puts "#{result.cmd_status} " + result.nfields.times.map { |i| "#{result.fname(i)}:#{result.fsize(i)}:#{result.fmod(i)}" }.join(' ')
  result.each_row { |row| p row }
end

def told(problem)
  result = problem.result
  state = result&.error_field(PG::PG_DIAG_SQLSTATE)
  puts "#{problem.class} #{state} #{result&.error_field(PG::PG_DIAG_MESSAGE_PRIMARY) unless state == '42501'} " \
       "at #{result&.error_field(PG::PG_DIAG_STATEMENT_POSITION)} #{result&.error_field(PG::PG_DIAG_CONSTRAINT_NAME)}"
end

def step(name)
  puts "-- #{name}"
  C.exec('BEGIN')
  begin
    yield
  rescue PG::Error => problem
    told(problem)
  end
  C.exec('ROLLBACK')
end

step('types') do
  show C.exec_params('SELECT id, ssn, last_name, dob, state, external_ref, emergency, photo, registered_at FROM patients WHERE id = $1', [33])
  show C.exec_params('SELECT ssn, emergency, photo FROM patients WHERE id = $1', [100])
  show C.exec_params('SELECT temperature, pulse, fasting, checked_in FROM visits WHERE id < $1 ORDER BY id', [7])
end
step('binary results') do
  show C.exec_params('SELECT id, last_name, dob, photo, external_ref FROM patients WHERE id = $1', [{ value: [33].pack('N'), type: 23, format: 1 }], 1)
end
step('searches') do
  ssn = C.exec('SELECT ssn FROM patients WHERE id = 33').getvalue(0, 0)
  show C.exec_params('SELECT id, last_name FROM patients WHERE ssn = $1', [ssn])
  show C.exec_params('SELECT id, last_name FROM patients WHERE ssn = $1::text', [ssn])
  show C.exec_params('SELECT id, last_name FROM patients WHERE last_name LIKE $1 ORDER BY id', ['Mu%'])
  show C.exec_params('SELECT id FROM patients WHERE last_name = ANY($1) ORDER BY id', [PG::TextEncoder::Array.new.encode(['Ng', "O'Brien"])])
  3.times { |page| show C.exec_params('SELECT id, last_name FROM patients ORDER BY last_name, id LIMIT $1 OFFSET $2', [4, 4 * page]) }
end
step('prepared') do
  C.prepare('by_mrn', 'SELECT id, last_name, dob FROM patients WHERE mrn = $1')
  description = C.describe_prepared('by_mrn')
  p description.nparams, description.paramtype(0), description.fields, description.nfields.times.map { |i| description.ftype(i) }
  5.times { |i| show C.exec_prepared('by_mrn', [format('MRN%07d', 40 + i)]) }
  C.exec('DEALLOCATE by_mrn')
end
step('write') do
  show C.exec_params("#{PATIENT}RETURNING id, ssn, dob, emergency, photo", [9700, 'R1', '111-22-3333', 'Ruby', 'X', '1999-12-31', 'CA',
                                                                          '{"a": [1, null]}', { value: "\0\xff".b, format: 1 }])
  show C.exec_params('UPDATE patients SET last_name = $2, photo = $3 WHERE mrn = $1', ['R1', 'Changed', nil])
  show C.exec_params('SELECT last_name, photo, revision FROM patients WHERE id = $1', [9700])
  show C.exec_params('DELETE FROM patients WHERE ssn = $1', ['111-22-3333'])
end
step('on conflict') do
  show C.exec_params("#{PATIENT}ON CONFLICT (mrn) DO UPDATE SET last_name = excluded.last_name RETURNING id, last_name",
                     [9701, 'MRN0000042', nil, 'Upserted', 'X', '2000-01-01', 'CA', nil, nil])
end
step('single row') do
  C.send_query('SELECT id, last_name FROM patients WHERE id < 8 ORDER BY id')
  C.set_single_row_mode
  C.get_result.stream_each_row { |row| p row }
  C.get_result
end
step('copy') do
  encoder = PG::TextEncoder::CopyRow.new
  result = C.copy_data('COPY rooms (name, floor) FROM STDIN', encoder) { 20.times { |i| C.put_copy_data(["B#{i}", '6']) } }
  puts result.cmd_status
  C.copy_data('COPY (SELECT name, floor FROM rooms WHERE floor = 6 ORDER BY name) TO STDOUT', PG::TextDecoder::CopyRow.new) do
    while (row = C.get_copy_data)
      p row
    end
  end
end
step('copy given up') do
  C.copy_data('COPY rooms (name, floor) FROM STDIN') { C.put_copy_data("B1\tnot a number\n") }
end
step('pipeline') do
  C.enter_pipeline_mode
  C.send_query_params('SELECT last_name FROM patients WHERE id = $1', [3])
  C.send_query_params('SELECT count(*) FROM visits WHERE patient_id = $1', [3])
  C.send_query_params('SELECT id FROM patients WHERE dob = $1', ['nonsense'])
  C.send_query_params('SELECT 1', [])
  C.pipeline_sync
  5.times do
    while (result = C.get_result)
      puts result.res_status(result.result_status)
      result.each_row { |row| p row } if result.result_status == PG::PGRES_TUPLES_OK
      break if result.result_status == PG::PGRES_PIPELINE_SYNC
    end
  end
  C.exit_pipeline_mode
end
{
  'unique' => [PATIENT, [9702, 'MRN0000042', nil, 'U', 'X', '2000-01-01', 'CA', nil, nil]],
  'date' => ['SELECT id FROM patients WHERE dob = $1', ['1999-02-30']],
  'syntax' => ["SELECT id FROM patients WHERE last_name = = 'x'", []],
  'column' => ['SELECT id, nosuch FROM patients', []],
  'denied' => ['UPDATE consents SET signature = $1 WHERE id = 1', ['x']],
  'number of parameters' => ['SELECT id FROM patients WHERE id = $1', []]
}.each { |name, (statement, values)| step("error #{name}") { show C.exec_params(statement, values) } }
puts '-- type maps'
C.type_map_for_results = PG::BasicTypeMapForResults.new(C)
C.type_map_for_queries = PG::BasicTypeMapForQueries.new(C)
p C.exec_params('SELECT id, dob, vip, emergency, photo, registered_at FROM patients WHERE id = $1', [33]).values
p C.exec_params('SELECT id FROM patients WHERE id = ANY($1) AND dob < $2 ORDER BY id', [[1, 2, 3, 4], Date.new(1970, 1, 1)]).values
p C.exec('SELECT temperature, pulse, fasting, checked_in FROM visits WHERE id < 5 ORDER BY id').values
puts '-- notify'
C.exec('LISTEN news')
C.exec("NOTIFY news, 'paper'")
C.wait_for_notify(10) { |channel, _, payload| p channel, payload }
puts '-- cancel'
C.send_query('SELECT pg_sleep(20), last_name FROM patients WHERE id = 3')
sleep 0.5
p C.cancel
begin
  C.get_last_result
rescue PG::Error => problem
  told(problem)
end
p C.exec('SELECT last_name FROM patients WHERE id = 3').values
C.close
