pgveil_test(proxy_keys_test
  SOURCES
    ${CMAKE_CURRENT_LIST_DIR}/keys/key_encryption_key_test.cpp
    ${CMAKE_CURRENT_LIST_DIR}/keys/key_store_test.cpp
    ${CMAKE_CURRENT_LIST_DIR}/keys/sealed_sql_test.cpp
    ${CMAKE_SOURCE_DIR}/tests/support/postgres_server.cpp
  DEPS pgveil::proxy_keys pgveil::proxy_apply PostgreSQL::PostgreSQL)
