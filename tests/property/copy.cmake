pgveil_test(copy_law LABEL e2e
  SOURCES "${CMAKE_CURRENT_LIST_DIR}/copy/copy_law.cpp"
          "${CMAKE_SOURCE_DIR}/tests/support/postgres_server.cpp"
  DEPS pgveil::protocol_copy PostgreSQL::PostgreSQL)
