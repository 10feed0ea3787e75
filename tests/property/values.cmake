pgveil_test(value_codec_law
  SOURCES "${CMAKE_CURRENT_LIST_DIR}/values/generate.cpp"
          "${CMAKE_CURRENT_LIST_DIR}/values/value_codec_law.cpp"
          "${CMAKE_CURRENT_LIST_DIR}/values/value_cast_law.cpp"
          "${CMAKE_SOURCE_DIR}/tests/support/postgres_server.cpp"
  DEPS pgveil::protocol_value PostgreSQL::PostgreSQL
  LABEL e2e)
pgveil_test(mask_law
  SOURCES "${CMAKE_CURRENT_LIST_DIR}/values/generate.cpp"
          "${CMAKE_CURRENT_LIST_DIR}/values/mask_law.cpp"
          "${CMAKE_SOURCE_DIR}/tests/support/postgres_server.cpp"
  DEPS pgveil::proxy_transform PostgreSQL::PostgreSQL
  LABEL e2e)
pgveil_test(bucket_law
  SOURCES "${CMAKE_CURRENT_LIST_DIR}/values/generate.cpp"
          "${CMAKE_CURRENT_LIST_DIR}/values/bucket_law.cpp"
  DEPS pgveil::protocol_value pgveil::crypto
  LABEL property)
pgveil_test(write_rows_law
  SOURCES "${CMAKE_CURRENT_LIST_DIR}/values/generate.cpp"
          "${CMAKE_CURRENT_LIST_DIR}/values/write_rows_law.cpp"
  DEPS pgveil::proxy_transform
  LABEL property)
