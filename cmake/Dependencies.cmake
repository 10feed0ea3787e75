# Everything comes from Debian packages; see tests/run.sh for their names.
find_package(Threads REQUIRED)
find_package(Boost 1.81 REQUIRED)
find_package(OpenSSL 3.0 REQUIRED)
find_package(PostgreSQL REQUIRED)
find_package(prometheus-cpp CONFIG REQUIRED)
find_package(PkgConfig REQUIRED)
pkg_check_modules(TOMLPLUSPLUS REQUIRED IMPORTED_TARGET tomlplusplus)
if(PGVEIL_TESTS)
  find_package(GTest REQUIRED)
endif()
if(PGVEIL_BENCH)
  find_package(benchmark REQUIRED)
endif()

# libpg_query: the static library, whose many symbols (palloc, errmsg, ...) are kept out of ours.
find_path(PG_QUERY_INCLUDE_DIR pg_query.h REQUIRED)
find_library(PG_QUERY_LIBRARY NAMES libpg_query.a REQUIRED)
add_library(pg_query_static STATIC IMPORTED)
set_target_properties(pg_query_static PROPERTIES
  IMPORTED_LOCATION "${PG_QUERY_LIBRARY}"
  INTERFACE_INCLUDE_DIRECTORIES "${PG_QUERY_INCLUDE_DIR};${PG_QUERY_INCLUDE_DIR}/pg_query"
  INTERFACE_LINK_OPTIONS "-Wl,--exclude-libs,libpg_query.a")
