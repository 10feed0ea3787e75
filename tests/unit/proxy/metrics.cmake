pgveil_test(proxy_metrics_test
  SOURCES
    ${CMAKE_CURRENT_LIST_DIR}/metrics/metrics_test.cpp
    ${CMAKE_CURRENT_LIST_DIR}/metrics/server_test.cpp
  DEPS pgveil::proxy_metrics)
