#!/usr/bin/env bash
# pgveil in action on a throw-away clinic: builds a release, starts a PostgreSQL of its own with 5,000
# invented patients, seals it, and shows what two logins, the server and the audit log see.
#
#   deploy/demo.sh                 everything stays up until Ctrl-C
#   deploy/demo.sh --once          ends by itself
#   deploy/demo.sh --binary PATH   with a pgveil that is already built
#   deploy/demo.sh --small         200 patients, for impatient tests
#
# Needs Debian 12; as root it installs missing packages and runs the servers as the account postgres.
set -euo pipefail
here="$(cd "$(dirname "$0")" && pwd)"
root="$(dirname "$here")"

once=0 binary="" patients=5000 visits=50000
while [ $# -gt 0 ]; do
  case "$1" in
    --once) once=1 ;;
    --small) patients=200 visits=600 ;;
    --binary) binary="$2"; shift ;;
    -h|--help) sed -n '2,11s/^# \{0,1\}//p' "$0"; exit 0 ;;
    *) echo "unknown argument: $1 (see --help)" >&2; exit 2 ;;
  esac
  shift
done

say() { printf '\n\033[1m== %s\033[0m\n' "$*"; }

# ---- build -------------------------------------------------------------------------------------------
# shellcheck source=deploy/packages.sh
. "$here/packages.sh"
pgveil_install "${pgveil_build_packages[@]}"
if [ -z "$binary" ]; then
  say "Building a release (ccache makes the next one quick)"
  export CCACHE_BASEDIR="$root" CCACHE_NOHASHDIR=1
  (cd "$root" && cmake --preset release -DPGVEIL_TESTS=OFF >/dev/null && cmake --build build/release --target pgveil)
  binary="$root/build/release/proxy/cli/pgveil"
fi

# ---- a private place, an unprivileged account, clean-up by pid ---------------------------------------
pg_bin="${PGVEIL_PG_BIN:-/usr/lib/postgresql/15/bin}"
work="$(mktemp -d "$([ -w /dev/shm ] && echo /dev/shm || echo /tmp)/pgveil-demo-XXXXXX")"
chmod 755 "$work"
stops=()  # "signal pid" of what was started, in order
clean_up() {
  local i name pid
  for ((i = ${#stops[@]} - 1; i >= 0; i--)); do  # pgveil first, then the server
    read -r name pid <<<"${stops[i]}"
    kill "-$name" "$pid" 2>/dev/null || continue
    for _ in $(seq 100); do
      kill -0 "$pid" 2>/dev/null || break
      sleep 0.1
    done
    kill -KILL "$pid" 2>/dev/null || true
  done
  rm -rf "$work"
}
trap clean_up EXIT
trap 'exit 0' INT TERM

# A prefix, not a function, so that $! is the program itself and not a subshell.
as=(env HOME="$work")
if [ "$(id -u)" -eq 0 ]; then
  chown postgres "$work"
  as=(setpriv --reuid=postgres --regid=postgres --init-groups env HOME="$work")
fi
put() { "${as[@]}" tee "$work/$1" >/dev/null && "${as[@]}" chmod 600 "$work/$1"; }  # stdin to a private file
free_port() { python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }

# ---- PostgreSQL with the clinic in plaintext ---------------------------------------------------------
say "Starting PostgreSQL and loading the clinic ($patients patients, $visits visits)"
server_port="$(free_port)"
"${as[@]}" "$pg_bin/initdb" -D "$work/server" -U postgres -A trust -E UTF8 --locale C.UTF-8 --no-sync >/dev/null
"${as[@]}" tee "$work/server/pg_hba.conf" >/dev/null <<'HBA'
local all postgres trust
host all all 127.0.0.1/32 scram-sha-256
HBA
"${as[@]}" "$pg_bin/postgres" -D "$work/server" -p "$server_port" -k "$work" -c listen_addresses=127.0.0.1 \
  -c fsync=off -c max_wal_size=4GB >"$work/server.log" 2>&1 &
stops+=("INT $!")
admin() { "${as[@]}" psql -X -q -v ON_ERROR_STOP=1 -h "$work" -p "$server_port" -U postgres "$@"; }
for _ in $(seq 200); do
  "${as[@]}" "$pg_bin/pg_isready" -q -h "$work" -p "$server_port" && break
  sleep 0.05
done
control_password="$(head -c 18 /dev/urandom | base64 | tr '+/' 'ab')"
admin -d postgres <"$here/clinic/logins.sql"
admin -d postgres <<SQL
CREATE ROLE pgveil_control SUPERUSER LOGIN PASSWORD '$control_password';
CREATE DATABASE clinic;
SQL
admin -d clinic <"$here/clinic/schema.sql"
admin -d clinic -v patients="$patients" -v visits="$visits" <"$here/clinic/data.sql"
admin -d clinic <"$here/clinic/grants.sql"
say "The server reads everything, before pgveil"
admin -d clinic -c "SELECT id, last_name, first_name, dob, ssn, phone FROM patients WHERE id IN (33, 34, 57) ORDER BY id"

# ---- pgveil: key, plan, apply, serve -----------------------------------------------------------------
port="$(free_port)" metrics_port="$(free_port)"
install -m 755 "$binary" "$work/pgveil"
"${as[@]}" mkdir -m 700 "$work/twin" "$work/audit"
put pgpass <<<"127.0.0.1:*:*:pgveil_control:$control_password"
put policy.toml <"$here/clinic/policy.toml"
sed -e "s|@policy@|policy.toml|; s|@port@|$port|; s|@metrics_port@|$metrics_port|; s|@upstream_port@|$server_port|g" \
  -e "s|@database@|clinic|g; s|@control_user@|pgveil_control|; s|@directory@|$work|g; s|@pg_bin@|$pg_bin|" \
  -e "s|@tls@|mode = \"off\"|; s|@sslmode@|disable|; s|@upstream_tls@||; s|@limits@||; s|@listen@||" \
  -e "s|@twin_directory@|$work/twin|; s|@audit@|$work/audit|" \
  "$here/clinic/pgveil.toml.in" | put pgveil.toml
pgveil() { "${as[@]}" "$work/pgveil" --config "$work/pgveil.toml" "$@"; }
say "pgveil keys init: the key-encryption key, a file that only this account reads"
pgveil keys init
say "pgveil plan: what the policy will change in the database"
pgveil plan || [ $? -eq 1 ]  # 1: there is something to do
say "pgveil apply: sealing, one table at a time"
pgveil apply
say "pgveil serve"
"${as[@]}" "$work/pgveil" --config "$work/pgveil.toml" serve >"$work/pgveil.log" 2>&1 &
pgveil_pid=$!
stops+=("TERM $pgveil_pid")
for _ in $(seq 600); do
  curl -fs "http://127.0.0.1:$metrics_port/readyz" >/dev/null 2>&1 && break
  kill -0 "$pgveil_pid" 2>/dev/null || { cat "$work/pgveil.log"; exit 1; }
  sleep 0.1
done
echo "listening on 127.0.0.1:$port"

# ---- what each login sees ----------------------------------------------------------------------------
query() {  # LOGIN PASSWORD SQL: through pgveil
  PGPASSWORD="$2" psql -X -P pager=off "host=127.0.0.1 port=$port dbname=clinic user=$1 sslmode=disable" -c "$3" 2>&1 || true
}
side_by_side() {
  printf '\n\033[1m%s\033[0m\n' "$1"
  pr -m -t -w "${COLUMNS:-150}" <(echo "dr_adams (clinician)"; query dr_adams adams-demo "$1") \
    <(echo "reception (front desk)"; query reception reception-demo "$1") | expand
}
ssn=992-96-5806  # of invented patient 33
say "The same statements as two logins, through pgveil"
side_by_side "SELECT id, last_name, dob, ssn, phone FROM patients WHERE ssn = '$ssn'"
side_by_side "SELECT id, last_name, first_name, street FROM patients WHERE last_name ILIKE 'mu%' ORDER BY last_name, id LIMIT 6"
side_by_side "SELECT extract(decade FROM dob) * 10 AS born, count(*), min(last_name || ', ' || first_name) AS first FROM patients WHERE state = 'CA' GROUP BY 1 ORDER BY 1"
side_by_side "SELECT description, count(*) FROM diagnoses GROUP BY description ORDER BY 2 DESC, 1 LIMIT 4"
side_by_side "SELECT count(*) AS patients, count(*) FILTER (WHERE vip) AS vips FROM patients"
say "\\d patients through pgveil: the logical types, as the program knows them"
query dr_adams adams-demo '\d patients'
say "The same table read directly on the server, as its superuser"
admin -d clinic -c "SELECT id, left(last_name::text, 40) || '...' AS last_name, left(dob::text, 40) || '...' AS dob, zip
  FROM patients WHERE id IN (33, 34, 57) ORDER BY id"

# ---- on record ---------------------------------------------------------------------------------------
say "pgveil audit show (the last records)"
pgveil audit show | tail -n 12
say "pgveil audit verify"
pgveil audit verify
say "Metrics: http://127.0.0.1:$metrics_port/metrics"
curl -fs "http://127.0.0.1:$metrics_port/metrics" | grep -E '^pgveil_' | grep -v -E '_bucket|_created' | head -n 16

if [ "$once" -eq 0 ]; then
  say "Try it yourself (Ctrl-C ends everything and removes it)"
  cat <<HINT
  PGPASSWORD=adams-demo     psql 'host=127.0.0.1 port=$port dbname=clinic user=dr_adams sslmode=disable'      clinician
  PGPASSWORD=reception-demo psql 'host=127.0.0.1 port=$port dbname=clinic user=reception sslmode=disable'     front desk
  PGPASSWORD=biller-demo    psql 'host=127.0.0.1 port=$port dbname=clinic user=biller sslmode=disable'        billing
  psql -h $work -p $server_port -U postgres clinic                                           the server itself
  policy $work/policy.toml, log $work/pgveil.log
HINT
  while kill -0 "$pgveil_pid" 2>/dev/null; do sleep 1; done
  echo "pgveil ended; its log:" >&2
  tail -n 20 "$work/pgveil.log" >&2
  exit 1
fi
say "Done"
