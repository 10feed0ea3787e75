#!/usr/bin/env bash
# Installs what is missing, builds, and runs every test. Needs Debian 12; as root it installs packages,
# otherwise it says which ones are missing.
#
#   tests/run.sh                    everything, preset dev
#   tests/run.sh --asan | --tsan    the same under sanitizers
#   tests/run.sh corpus             only tests whose name matches (ctest -R); more words: or
#   tests/run.sh -L e2e             other arguments go to ctest as they are
set -euo pipefail
cd "$(dirname "$0")/.."

preset=dev
ctest_args=()
names=()
while [ $# -gt 0 ]; do
  case "$1" in
    --asan) preset=asan ;;
    --tsan) preset=tsan ;;
    --preset) preset="$2"; shift ;;
    -h|--help) sed -n '2,9s/^# \{0,1\}//p' "$0"; exit 0 ;;
    -L|-LE|-E|-R|-j) ctest_args+=("$1" "$2"); shift ;;
    -*) ctest_args+=("$1") ;;
    *) names+=("$1") ;;
  esac
  shift
done
if [ "${#names[@]}" -gt 0 ]; then
  ctest_args+=(-R "$(IFS='|'; echo "${names[*]}")")
fi

# shellcheck source=deploy/packages.sh
. deploy/packages.sh
pgveil_install "${pgveil_build_packages[@]}" "${pgveil_test_packages[@]}"
pgveil_install_java
pgveil_install_node

jobs=$(nproc)
export CCACHE_BASEDIR="$PWD" CCACHE_NOHASHDIR=1
# Under sanitizers a leak or a report must end the process, so that a test sees it.
export ASAN_OPTIONS="${ASAN_OPTIONS:-detect_leaks=1:abort_on_error=0:exitcode=99}"
export UBSAN_OPTIONS="${UBSAN_OPTIONS:-print_stacktrace=1}"
export TSAN_OPTIONS="${TSAN_OPTIONS:-halt_on_error=1:exitcode=99:second_deadlock_stack=1}"

echo "== configure ($preset)"
mkdir -p build
cmake --preset "$preset" >"build/configure-$preset.log" 2>&1 ||
  { cat "build/configure-$preset.log"; exit 1; }
echo "== build (-j$jobs)"
cmake --build "build/$preset" -- -j "$jobs"
echo "== test"
exec ctest --test-dir "build/$preset" -j 2 --output-on-failure "${ctest_args[@]}"
