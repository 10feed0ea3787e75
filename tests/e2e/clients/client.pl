# DBD::Pg: placeholders with and without server-side prepares, bind types, metadata calls, COPY, errors, savepoints.
# Connects by the PG* variables. Each step begins with `-- name` and may fail by itself.
use strict;
use warnings;
use DBI;
use DBD::Pg qw(:pg_types :async);

binmode STDOUT, ':utf8';
my $patient = 'INSERT INTO patients (id, mrn, ssn, last_name, first_name, dob, state, emergency, photo) ';
my $c = DBI->connect('dbi:Pg:', $ENV{PGUSER}, $ENV{PGPASSWORD}, {AutoCommit => 1, RaiseError => 1, PrintError => 0});

sub cell {
  my $value = shift;
  return 'NULL' unless defined $value;
  return '{' . join(',', map { cell($_) } @$value) . '}' if ref $value;
  $value =~ s/([^\x20-\x7e\x{a0}-\x{ffff}])/sprintf '\\x%02x', ord $1/ge;
  return $value;
}

sub show {
  my ($statement) = @_;
  my @names = @{$statement->{NAME}};
  print join(' ', map { "$names[$_]:$statement->{pg_type}[$_]:" . ($statement->{PRECISION}[$_] // '') . ':' . ($statement->{SCALE}[$_] // '') } 0 .. $#names), "\n";
  while (my $row = $statement->fetchrow_arrayref) {
    print join('|', map { cell($_) } @$row), "\n";
  }
}

sub step {
  my ($name, $body) = @_;
  print "-- $name\n";
  $c->begin_work;
  if (!eval { $body->(); 1 }) {
    my ($state, $message) = ($c->state, $c->errstr);
    $message =~ s/\n.*HINT:.*//s;
    print "error $state ", $state eq '42501' ? '' : $message, "\n";
  }
  $c->rollback;
}

sub query {
  my ($sql, @values) = @_;
  my $statement = $c->prepare($sql);
  $statement->execute(@values);
  show($statement);
}

for my $server_prepare (1, 0) {
  $c->{pg_server_prepare} = $server_prepare;
  my $how = $server_prepare ? 'prepared' : 'literals';
  step("types $how", sub {
    query('SELECT id, ssn, last_name, dob, state, external_ref, emergency, photo, vip, registered_at FROM patients WHERE id = ?', 33);
    query('SELECT ssn, emergency, photo FROM patients WHERE id = ?', 100);
    query('SELECT temperature, pulse, fasting, checked_in, fee FROM visits WHERE id < ? ORDER BY id', 7);
  });
  step("searches $how", sub {
    my ($ssn) = $c->selectrow_array('SELECT ssn FROM patients WHERE id = 33');
    query('SELECT id, last_name FROM patients WHERE ssn = ?', $ssn);
    query('SELECT id, last_name FROM patients WHERE last_name LIKE ? ORDER BY id', 'Mu%');
    query('SELECT id FROM patients WHERE last_name = ANY(?) ORDER BY id', ['Ng', "O'Brien"]);
    query('SELECT id FROM patients WHERE mrn IN (?, ?) ORDER BY id', 'MRN0000042', 'MRN0000007');
    query('SELECT id, last_name FROM patients ORDER BY last_name, id LIMIT ? OFFSET ?', 4, 4 * $_) for 0 .. 2;
  });
  step("arrays $how", sub { query('SELECT array_agg(last_name ORDER BY id), array_agg(id ORDER BY id) FROM patients WHERE id < ?', 9) });
  step("write $how", sub {
    my $insert = $c->prepare($patient . 'VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING id, ssn, dob, emergency, photo');
    $insert->bind_param(9, "\0\xff", {pg_type => PG_BYTEA});
    $insert->bind_param(6, '1999-12-31', {pg_type => PG_DATE});
    $insert->bind_param(1, 9800, DBI::SQL_INTEGER);
    my @rest = (undef, undef, 'L1', '111-22-3333', "Perl's", 'X', undef, 'CA', '{"a": [1, null]}');
    $insert->bind_param($_, $rest[$_]) for 2, 3, 4, 5, 7, 8;
    $insert->execute;
    show($insert);
    print $c->do('UPDATE patients SET last_name = ?, photo = ? WHERE mrn = ?', undef, 'Changed', undef, 'L1'), "\n";
    query('SELECT last_name, photo, revision FROM patients WHERE id = ?', 9800);
    print $c->do('DELETE FROM patients WHERE ssn = ?', undef, '111-22-3333'), "\n";
  });
  step("many $how", sub {
    my $insert = $c->prepare($patient . "VALUES (?, ?, NULL, ?, 'X', '2000-01-01', 'CA', NULL, NULL)");
    $insert->execute_array({}, [9810 .. 9829], [map { "L$_" } 0 .. 19], [map { "Name$_" } 0 .. 19]);
    query('SELECT id, last_name FROM patients WHERE id >= ? ORDER BY id', 9810);
  });
  step("on conflict $how", sub {
    query($patient . "VALUES (9801, ?, NULL, ?, 'X', '2000-01-01', 'CA', NULL, NULL) ON CONFLICT (mrn) DO UPDATE SET "
          . 'last_name = excluded.last_name RETURNING id, last_name', 'MRN0000042', 'Upserted');
  });
  step("savepoint $how", sub {
    $c->pg_savepoint('one');
    eval { $c->do("UPDATE patients SET dob = 'nonsense' WHERE id = 3") };
    print $c->state, "\n";
    $c->pg_rollback_to('one');
    query('SELECT dob FROM patients WHERE id = 3');
  });
  step("error unique $how", sub { query($patient . "VALUES (9802, ?, NULL, 'U', 'X', '2000-01-01', 'CA', NULL, NULL)", 'MRN0000042') });
  step("error date $how", sub { query('SELECT id FROM patients WHERE dob = ?', '1999-02-30') });
  step("error syntax $how", sub { query("SELECT id FROM patients WHERE last_name = = 'x'") });
  step("error column $how", sub { query('SELECT id, nosuch FROM patients') });
  step("error denied $how", sub { query('UPDATE consents SET signature = ? WHERE id = 1', 'x') });
}
step('copy', sub {
  $c->do('COPY rooms (name, floor) FROM STDIN');
  $c->pg_putcopydata("L$_\t5\n") for 0 .. 9;
  $c->pg_putcopyend;
  $c->do('COPY (SELECT name FROM rooms WHERE floor = 5 ORDER BY name) TO STDOUT');
  my $line = '';
  print $line while $c->pg_getcopydata($line) >= 0;
});
step('copy tagged', sub {
  $c->do('COPY patients (id, mrn, last_name, first_name, dob, state, photo) FROM STDIN');
  $c->pg_putcopydata("98$_\tLC$_\tCopy\\\\$_\tX\t2000-01-$_\tNY\t\\\\x00ff\n") for 10 .. 19;
  $c->pg_putcopyend;
  query('SELECT id, last_name, dob, photo FROM patients WHERE mrn LIKE ? ORDER BY id', 'LC%');
  $c->do('COPY (SELECT id, last_name, dob FROM patients WHERE last_name LIKE \'Mu%\' ORDER BY id) TO STDOUT');
  my $line = '';
  print $line while $c->pg_getcopydata($line) >= 0;
});
print "-- columns\n";
my $columns = $c->column_info(undef, 'public', 'patients', undef);
while (my $row = $columns->fetchrow_hashref) {
  print join('|', map { $row->{$_} // '' } qw(TABLE_NAME COLUMN_NAME TYPE_NAME COLUMN_SIZE NULLABLE COLUMN_DEF pg_type)), "\n";
}
print "-- tables\n";
my $tables = $c->table_info('', 'public', '%', 'TABLE,VIEW');
while (my $row = $tables->fetchrow_hashref) {
  print "$row->{TABLE_NAME} $row->{TABLE_TYPE}\n";
}
print "-- keys\n";
print join(',', $c->primary_key(undef, 'public', 'insurance')), "\n";
my $foreign = $c->foreign_key_info(undef, undef, undef, undef, 'public', 'visits');
while (my $row = $foreign->fetchrow_hashref) {
  print "$row->{FK_COLUMN_NAME} $row->{UK_TABLE_NAME}\n";
}
print "-- statistics\n";
my $statistics = $c->statistics_info(undef, 'public', 'insurance', 0, 0);
while (my $row = $statistics->fetchrow_hashref) {
  print join('|', map { $_ // '' } @$row{qw(INDEX_NAME ORDINAL_POSITION COLUMN_NAME NON_UNIQUE)}), "\n" if $row->{COLUMN_NAME};
}
print "-- asynchronous\n";
my $asleep = $c->prepare('SELECT pg_sleep(20), last_name FROM patients WHERE id = 3', {pg_async => PG_ASYNC});
$asleep->execute;
select undef, undef, undef, 0.5;
print $c->pg_cancel, "\n";
query('SELECT last_name FROM patients WHERE id = 3');
$c->disconnect;
