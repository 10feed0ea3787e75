# Debian 12 packages that pgveil needs, listed once. Sourced by tests/run.sh and deploy/demo.sh.
# shellcheck shell=bash

# To build the program and to run it (the twin needs PostgreSQL's own server binaries).
pgveil_build_packages=(
  g++ cmake ninja-build ccache pkg-config ca-certificates procps
  libboost1.81-dev libssl-dev libpq-dev libtomlplusplus-dev prometheus-cpp-dev
  libpg-query-dev libprotobuf-c-dev zlib1g-dev libcurl4-openssl-dev
  postgresql-15 postgresql-client-15 openssl python3 curl
)

# To run all tests: GoogleTest and the client drivers that the end-to-end tests use.
pgveil_test_packages=(
  libgtest-dev libgmock-dev valgrind
  python3-psycopg python3-psycopg2 python3-asyncpg python3-sqlalchemy python3-django
  libpostgresql-jdbc-java odbc-postgresql python3-pyodbc libpqxx-dev
  golang-go golang-github-lib-pq-dev php-cli php-pgsql ruby-pg libdbd-pg-perl sqlsmith
)

# pgveil_missing PACKAGE... prints the ones that are not installed.
pgveil_missing() {
  local package
  for package in "$@"; do
    if ! dpkg-query -W -f='${db:Status-Abbrev}' "$package" 2>/dev/null | grep -q '^ii'; then
      printf '%s\n' "$package"
    fi
  done
}

# pgveil_install PACKAGE... installs what is missing; needs root only if something is.
pgveil_install() {
  local missing
  mapfile -t missing < <(pgveil_missing "$@")
  if [ "${#missing[@]}" -eq 0 ]; then
    return 0
  fi
  if [ "$(id -u)" -ne 0 ]; then
    echo "These Debian packages are missing, and only root can install them:" >&2
    echo "  apt-get install --no-install-recommends ${missing[*]}" >&2
    return 1
  fi
  echo "== installing: ${missing[*]}"
  export DEBIAN_FRONTEND=noninteractive
  apt-get update -qq
  apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
}

# pgveil_install_node makes node and the driver `pg` available and sets PGVEIL_NODE_PATH: Debian's
# node-pg, else npm into a cache outside the source tree. Without either the variable stays empty and
# the node test says that it was skipped.
pgveil_install_node() {
  local cache="${PGVEIL_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/pgveil}/node"
  PGVEIL_NODE_PATH=""
  if [ -d /usr/share/nodejs/pg ] && command -v node >/dev/null; then
    PGVEIL_NODE_PATH=/usr/share/nodejs
  elif [ -d "$cache/node_modules/pg" ] && command -v node >/dev/null; then
    PGVEIL_NODE_PATH="$cache/node_modules"
  elif ! command -v node >/dev/null && pgveil_install nodejs node-pg; then
    PGVEIL_NODE_PATH=/usr/share/nodejs
  elif command -v npm >/dev/null && mkdir -p "$cache" &&
      timeout 120 npm install --silent --no-audit --no-fund --prefix "$cache" pg@8 >/dev/null 2>&1; then
    PGVEIL_NODE_PATH="$cache/node_modules"
  else
    echo "== node-postgres is not to be had here (Debian's node-pg, npm): its test will be skipped"
  fi
  export PGVEIL_NODE_PATH
}

# pgveil_install_java: any JDK will do; Debian's default one if there is none.
pgveil_install_java() {
  if ! command -v javac >/dev/null; then
    pgveil_install default-jdk-headless
  fi
}
