pgveil_test(proxy_session_test
  SOURCES
    ${CMAKE_CURRENT_LIST_DIR}/session/deallocate_test.cpp
    ${CMAKE_CURRENT_LIST_DIR}/session/error_scrub_test.cpp
    ${CMAKE_CURRENT_LIST_DIR}/session/foreign_text_test.cpp
    ${CMAKE_CURRENT_LIST_DIR}/session/plan_cache_test.cpp
    ${CMAKE_CURRENT_LIST_DIR}/session/reply_queue_test.cpp
    ${CMAKE_CURRENT_LIST_DIR}/session/session_schema_test.cpp
    ${CMAKE_CURRENT_LIST_DIR}/session/row_gate_test.cpp
    ${CMAKE_CURRENT_LIST_DIR}/session/settings_test.cpp
  DEPS pgveil::proxy_session)
