pgveil_test(proxy_twin_script_test
  SOURCES ${CMAKE_CURRENT_LIST_DIR}/twin_script_test.cpp
  DEPS pgveil::proxy_twin)
pgveil_test(proxy_twin_test
  SOURCES ${CMAKE_CURRENT_LIST_DIR}/twin_test.cpp ${CMAKE_CURRENT_LIST_DIR}/test_server.cpp
  DEPS pgveil::proxy_twin pgveil::protocol
  LABEL e2e)
pgveil_test(proxy_twin_mirror_test
  SOURCES ${CMAKE_CURRENT_LIST_DIR}/twin_mirror_test.cpp ${CMAKE_CURRENT_LIST_DIR}/test_server.cpp
  DEPS pgveil::proxy_twin pgveil::protocol
  LABEL e2e)
pgveil_test(proxy_evaluator_test
  SOURCES ${CMAKE_CURRENT_LIST_DIR}/evaluator_test.cpp ${CMAKE_CURRENT_LIST_DIR}/test_server.cpp
  DEPS pgveil::proxy_evaluator
  LABEL e2e)
