pgveil_test(proxy_catalog_opaque_test
  SOURCES ${CMAKE_CURRENT_LIST_DIR}/catalog_opaque_test.cpp
  DEPS pgveil::proxy_catalog)
pgveil_test(proxy_catalog_test
  SOURCES ${CMAKE_CURRENT_LIST_DIR}/catalog_test.cpp ${CMAKE_CURRENT_LIST_DIR}/test_server.cpp
  DEPS pgveil::proxy_catalog
  LABEL e2e)
