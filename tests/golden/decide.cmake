pgveil_test(decide_golden
  LABEL golden
  SOURCES ${CMAKE_CURRENT_LIST_DIR}/decide_golden.cpp
          ${CMAKE_SOURCE_DIR}/tests/unit/proxy/test_server.cpp
  DEPS pgveil::proxy_apply pgveil::proxy_planner pgveil::proxy_catalog)
