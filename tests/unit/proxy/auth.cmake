pgveil_test(proxy_auth_test
  SOURCES "${CMAKE_CURRENT_LIST_DIR}/auth/scram_message_test.cpp"
          "${CMAKE_CURRENT_LIST_DIR}/auth/scram_conversation_test.cpp"
          "${CMAKE_CURRENT_LIST_DIR}/auth/verifiers_test.cpp"
  DEPS pgveil::proxy_auth)
