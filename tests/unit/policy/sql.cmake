pgveil_test(policy_sql_test
  SOURCES ${CMAKE_CURRENT_LIST_DIR}/sql/bounds_test.cpp
          ${CMAKE_CURRENT_LIST_DIR}/sql/ddl_values_test.cpp
          ${CMAKE_CURRENT_LIST_DIR}/sql/deparse_test.cpp
          ${CMAKE_CURRENT_LIST_DIR}/sql/edit_test.cpp
          ${CMAKE_CURRENT_LIST_DIR}/sql/node_text_test.cpp
          ${CMAKE_CURRENT_LIST_DIR}/sql/queries_test.cpp
          ${CMAKE_CURRENT_LIST_DIR}/sql/scan_test.cpp
          ${CMAKE_CURRENT_LIST_DIR}/sql/shape_test.cpp
          ${CMAKE_CURRENT_LIST_DIR}/sql/split_test.cpp
          ${CMAKE_CURRENT_LIST_DIR}/sql/syntax_tree_test.cpp
          ${CMAKE_CURRENT_LIST_DIR}/sql/utility_test.cpp
  DEPS pgveil::policy_sql pg_query_static)
