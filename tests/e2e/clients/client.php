<?php
// PHP's pgsql functions and PDO (server-side and emulated prepares, named parameters, LOBs, fetch modes).
// Connects by the PG* variables. Each step begins with `-- name` and may fail by itself.

const PATIENT = 'INSERT INTO patients (id, mrn, ssn, last_name, first_name, dob, state, emergency, photo) ';

function show($rows) {
  foreach ($rows as $row) {
    echo json_encode(array_map(fn($v) => is_resource($v) ? bin2hex(stream_get_contents($v)) : $v, $row),
                     JSON_UNESCAPED_UNICODE | JSON_PRESERVE_ZERO_FRACTION), "\n";
  }
}

function with_pgsql() {
  $c = pg_connect('');
  $told = function ($name, $statement, $arguments) use ($c) {
    echo "-- pgsql $name\n";
    pg_query($c, 'BEGIN');
    pg_send_query_params($c, $statement, $arguments);
    $result = pg_get_result($c);
    $state = pg_result_error_field($result, PGSQL_DIAG_SQLSTATE);
    if ($state) {
      echo "error $state ", $state == '42501' ? '' : pg_result_error_field($result, PGSQL_DIAG_MESSAGE_PRIMARY), ' at ',
        pg_result_error_field($result, PGSQL_DIAG_STATEMENT_POSITION), ' ', pg_result_error_field($result, PGSQL_DIAG_CONSTRAINT_NAME), "\n";
    } else {
      for ($i = 0; $i < pg_num_fields($result); $i++) {
        echo pg_field_name($result, $i), ' ', pg_field_type($result, $i), ' ', pg_field_size($result, $i), ' ',
          pg_field_table($result, $i), '; ';
      }
      echo pg_affected_rows($result), "\n";
      show(pg_fetch_all($result) ?: []);
    }
    while (pg_get_result($c)) {
    }
    pg_query($c, 'ROLLBACK');
  };
  $told('types', 'SELECT id, ssn, last_name, dob, sex, state, external_ref, emergency, photo, registered_at FROM patients WHERE id = $1', [33]);
  $told('nulls', 'SELECT ssn, emergency, photo FROM patients WHERE id = $1', [100]);
  $told('like', 'SELECT id, last_name FROM patients WHERE last_name LIKE $1 ORDER BY id', ['Mu%']);
  $told('array', 'SELECT id FROM patients WHERE last_name = ANY($1) ORDER BY id', ['{Ng,"O\'Brien"}']);
  $told('page', 'SELECT id, last_name FROM patients ORDER BY last_name, id LIMIT $1 OFFSET $2', [5, 10]);
  $told('insert', PATIENT . 'VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) RETURNING id, ssn, dob, emergency, photo',
        [9600, 'H1', '111-22-3333', 'Php', 'X', '1999-12-31', 'CA', '{"a": [1, null]}', pg_escape_bytea($c, "\0\xff")]);
  $told('unique', PATIENT . "VALUES (9601, 'MRN0000042', NULL, 'U', 'X', '2000-01-01', 'CA', NULL, NULL)", []);
  $told('bad date', 'SELECT id FROM patients WHERE dob = $1', ['1999-02-30']);
  $told('syntax', "SELECT id FROM patients WHERE last_name = = 'x'", []);
  $told('denied', 'UPDATE consents SET signature = $1 WHERE id = 1', ['x']);
  echo "-- pgsql prepared\n";
  pg_prepare($c, 'by_id', 'SELECT last_name, dob FROM patients WHERE id = $1');
  for ($id = 1; $id < 5; $id++) {
    show(pg_fetch_all(pg_execute($c, 'by_id', [$id])));
  }
  echo "-- pgsql metadata\n";
  foreach (pg_meta_data($c, 'patients') as $column => $facts) {
    unset($facts['is base']);
    echo $column, ' ', json_encode($facts), "\n";
  }
  echo "-- pgsql helpers\n";
  pg_query($c, 'BEGIN');
  var_dump(pg_insert($c, 'patients', ['id' => 9602, 'mrn' => 'H2', 'last_name' => 'Helper', 'first_name' => 'X', 'dob' => '2000-01-02',
                                      'state' => 'CA'], PGSQL_DML_EXEC | PGSQL_DML_ESCAPE) !== false);
  var_dump(pg_update($c, 'patients', ['last_name' => 'Helped'], ['id' => 9602], PGSQL_DML_EXEC | PGSQL_DML_ESCAPE));
  foreach (pg_select($c, 'patients', ['mrn' => 'H2'], PGSQL_DML_EXEC | PGSQL_DML_ESCAPE) ?: [] as $row) {
    unset($row['registered_at']);  // the time of this run
    show([$row]);
  }
  var_dump(pg_delete($c, 'patients', ['id' => 9602], PGSQL_DML_EXEC | PGSQL_DML_ESCAPE));
  pg_query($c, 'ROLLBACK');
  echo "-- pgsql copy\n";
  pg_query($c, 'BEGIN');
  var_dump(pg_copy_from($c, 'rooms', ["P1\t8\t1\n", "P2\t8\t2\n"]));
  show(pg_fetch_all(pg_query($c, 'SELECT name, seats FROM rooms WHERE floor = 8 ORDER BY name')));
  echo count(pg_copy_to($c, 'rooms')), "\n";
  pg_query($c, 'ROLLBACK');
  echo "-- pgsql several\n";
  pg_send_query($c, 'SELECT 1 AS one; SELECT last_name FROM patients WHERE id = 3');
  while ($result = pg_get_result($c)) {
    show(pg_fetch_all($result));
  }
  echo "-- pgsql cancel\n";
  pg_send_query($c, 'SELECT pg_sleep(20), last_name FROM patients WHERE id = 3');
  usleep(500000);
  var_dump(pg_cancel_query($c));
  show(pg_fetch_all(pg_query($c, 'SELECT last_name FROM patients WHERE id = 3')));
}

function with_pdo($emulate) {
  $title = $emulate ? 'pdo emulated' : 'pdo';
  $c = new PDO('pgsql:host=' . getenv('PGHOST') . ';port=' . getenv('PGPORT') . ';dbname=' . getenv('PGDATABASE') . ';sslmode=disable',
               getenv('PGUSER'), getenv('PGPASSWORD'), [PDO::ATTR_ERRMODE => PDO::ERRMODE_EXCEPTION, PDO::ATTR_EMULATE_PREPARES => $emulate]);
  $step = function ($name, $body) use ($c, $title) {
    echo "-- $title $name\n";
    $c->beginTransaction();
    try {
      $body();
    } catch (PDOException $problem) {
      [$state, $number, $message] = $problem->errorInfo;
      echo "error $state ", $state == '42501' ? '' : $message, "\n";
    }
    $c->rollBack();
  };
  $rows = function ($statement, $values = []) use ($c) {
    $prepared = $c->prepare($statement);
    $prepared->execute($values);
    return $prepared->fetchAll(PDO::FETCH_ASSOC);
  };
  $step('types', fn() => show($rows('SELECT id, ssn, last_name, dob, sex, external_ref, emergency, photo, vip FROM patients WHERE id = ?', [33])));
  $step('nulls', fn() => show($rows('SELECT ssn, emergency, photo FROM patients WHERE id = :id', [':id' => 100])));
  $step('visit', fn() => show($rows('SELECT temperature, pulse, fasting, checked_in FROM visits WHERE id < ? ORDER BY id', [7])));
  $step('ssn', fn() => show($rows('SELECT id, last_name FROM patients WHERE ssn = :ssn',
                                  [':ssn' => $c->query('SELECT ssn FROM patients WHERE id = 33')->fetchColumn()])));
  $step('like', fn() => show($rows('SELECT id, last_name FROM patients WHERE last_name LIKE ? ORDER BY id', ['Mu%'])));
  $step('page', fn() => show($rows('SELECT id, last_name FROM patients ORDER BY last_name, id LIMIT ? OFFSET ?', [5, 10])));
  $step('columns', function () use ($c) {
    $statement = $c->query('SELECT id, last_name, dob, ssn, emergency FROM patients WHERE id = 3');
    for ($i = 0; $i < $statement->columnCount(); $i++) {
      $facts = $statement->getColumnMeta($i);
      unset($facts['pgsql:table_oid']);
      echo json_encode($facts), "\n";
    }
  });
  $step('write', function () use ($c, $rows) {
    $insert = $c->prepare(PATIENT . 'VALUES (:id, :mrn, :ssn, :last, :first, :dob, :state, :emergency, :photo) RETURNING id, dob, photo');
    foreach ([':id' => 9610, ':mrn' => 'D1', ':ssn' => '111-22-3333', ':last' => "O'Pdo", ':first' => 'X', ':dob' => '1999-12-31',
              ':state' => 'CA', ':emergency' => '{"a": "\\"?"}'] as $name => $value) {
      $insert->bindValue($name, $value, is_int($value) ? PDO::PARAM_INT : PDO::PARAM_STR);
    }
    $photo = "\0\xff'\\";
    $insert->bindParam(':photo', $photo, PDO::PARAM_LOB);
    $insert->execute();
    show($insert->fetchAll(PDO::FETCH_NUM));
    $update = $c->prepare('UPDATE patients SET last_name = ?, dob = ?, email = ? WHERE mrn = ?');
    $update->execute(['Changed', '2001-01-01', null, 'D1']);
    echo $update->rowCount(), "\n";
    show($rows('SELECT last_name, dob, email, revision FROM patients WHERE id = ?', [9610]));
    echo $c->exec("DELETE FROM patients WHERE ssn = '111-22-3333'"), "\n";
  });
  $step('on conflict', fn() => show($rows(PATIENT . "VALUES (9611, ?, NULL, ?, 'X', '2000-01-01', 'CA', NULL, NULL) ON CONFLICT (mrn) "
                                          . 'DO UPDATE SET last_name = excluded.last_name RETURNING id, last_name', ['MRN0000042', 'Upserted'])));
  $step('error unique', fn() => $rows(PATIENT . "VALUES (9612, ?, NULL, 'U', 'X', '2000-01-01', 'CA', NULL, NULL)", ['MRN0000042']));
  $step('error date', fn() => $rows('SELECT id FROM patients WHERE dob = ?', ['1999-02-30']));
  $step('error syntax', fn() => $rows("SELECT id FROM patients WHERE last_name = = 'x'"));
  $step('error denied', fn() => $rows('UPDATE consents SET signature = NULL WHERE id = ?', [1]));
  $step('scroll', function () use ($c) {  // PDO makes a named cursor of it
    $statement = $c->prepare('SELECT name FROM rooms ORDER BY name', [PDO::ATTR_CURSOR => PDO::CURSOR_SCROLL]);
    $statement->execute();
    echo $statement->fetch(PDO::FETCH_NUM, PDO::FETCH_ORI_LAST)[0], $statement->fetch(PDO::FETCH_NUM, PDO::FETCH_ORI_PRIOR)[0], "\n";
  });
  $step('scroll tagged', function () use ($c) {
    $statement = $c->prepare('SELECT id, last_name FROM patients ORDER BY id', [PDO::ATTR_CURSOR => PDO::CURSOR_SCROLL]);
    $statement->execute();
    show([$statement->fetch(PDO::FETCH_NUM, PDO::FETCH_ORI_LAST), $statement->fetch(PDO::FETCH_NUM, PDO::FETCH_ORI_FIRST)]);
  });
  $step('copy', function () use ($c) {
    var_dump($c->pgsqlCopyFromArray('rooms', ["D1\t9\t1\n", "D2\t9\t2\n"]));
    show($c->query('SELECT name, seats FROM rooms WHERE floor = 9 ORDER BY name')->fetchAll(PDO::FETCH_NUM));
  });
}

with_pgsql();
with_pdo(false);
with_pdo(true);
