pgveil_test(proxy_audit_test
  SOURCES
    ${CMAKE_CURRENT_LIST_DIR}/audit/keys_test.cpp
    ${CMAKE_CURRENT_LIST_DIR}/audit/line_test.cpp
    ${CMAKE_CURRENT_LIST_DIR}/audit/log_test.cpp
    ${CMAKE_CURRENT_LIST_DIR}/audit/record_test.cpp
    ${CMAKE_CURRENT_LIST_DIR}/audit/session_auditor_test.cpp
    ${CMAKE_CURRENT_LIST_DIR}/audit/show_test.cpp
    ${CMAKE_CURRENT_LIST_DIR}/audit/verify_test.cpp
  DEPS pgveil::proxy_audit)
