pgveil_fuzz(scan SOURCES ${CMAKE_CURRENT_LIST_DIR}/fuzz_scan.cpp DEPS pgveil::policy_sql pg_query_static)
pgveil_fuzz(bounded_parse SOURCES ${CMAKE_CURRENT_LIST_DIR}/fuzz_bounded_parse.cpp
            DEPS pgveil::policy_sql)
pgveil_fuzz(node_text SOURCES ${CMAKE_CURRENT_LIST_DIR}/fuzz_node_text.cpp DEPS pgveil::policy_sql)
pgveil_fuzz(shape SOURCES ${CMAKE_CURRENT_LIST_DIR}/fuzz_shape.cpp DEPS pgveil::policy_sql)
