pgveil_test(proxy_apply_test
  SOURCES
    ${CMAKE_CURRENT_LIST_DIR}/apply/apply_test.cpp
    ${CMAKE_CURRENT_LIST_DIR}/apply/leaks_test.cpp
    ${CMAKE_CURRENT_LIST_DIR}/apply/refusal_test.cpp
    ${CMAKE_CURRENT_LIST_DIR}/apply/schema_test.cpp
    ${CMAKE_CURRENT_LIST_DIR}/apply/view_use_test.cpp
    ${CMAKE_SOURCE_DIR}/tests/support/postgres_server.cpp
  DEPS pgveil::proxy_apply PostgreSQL::PostgreSQL)
