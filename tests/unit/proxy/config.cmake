pgveil_test(proxy_config_test
  SOURCES
    ${CMAKE_CURRENT_LIST_DIR}/config/config_test.cpp
    ${CMAKE_CURRENT_LIST_DIR}/config/docs_test.cpp
  DEPS pgveil::proxy_config)
