#!/usr/bin/env bash
# pgveil beside PostgreSQL and pgbouncer, in one run on one machine. Installs what is missing, builds a
# release, runs the workloads in turn and writes bench/RESULTS.md. Needs Debian 12.
#
#   bench/macro/run.sh            everything, about an hour
#   bench/macro/run.sh --quick    short rounds, a few minutes; prints, and writes nothing
#   bench/macro/run.sh --only pass,clinic --seconds 10 --rounds 5
#   bench/macro/run.sh --scale-curves     what pgveil costs as the work grows: prints tables
#   bench/macro/run.sh --soak             an hour at half load: is memory flat?
set -euo pipefail
cd "$(dirname "$0")/../.."

# shellcheck source=deploy/packages.sh
. deploy/packages.sh
pgveil_install "${pgveil_build_packages[@]}" pgbouncer
export CCACHE_BASEDIR="$PWD" CCACHE_NOHASHDIR=1
mkdir -p build
cmake --preset release -D PGVEIL_TESTS=OFF >build/configure-release.log 2>&1 ||
  { cat build/configure-release.log; exit 1; }
cmake --build build/release --target pgveil audit_fill -- -j "$(nproc)" >build/release.log 2>&1 ||
  { tail -40 build/release.log; exit 1; }
export PGVEIL_BINARY="$PWD/build/release/proxy/cli/pgveil" PGVEIL_AUDIT_FILL="$PWD/build/release/bench/macro/audit_fill"
if [ "${1:-}" = --scale-curves ]; then
  shift
  exec python3 -B bench/macro/scale.py "$@"
fi
if [ "${1:-}" = --soak ]; then
  shift
  exec python3 -B bench/macro/soak.py "$@"
fi
exec python3 -B bench/macro/bench.py "$@"
