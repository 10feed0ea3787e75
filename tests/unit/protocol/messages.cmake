pgveil_test(protocol_frame_test
  SOURCES "${CMAKE_CURRENT_LIST_DIR}/frame_test.cpp"
  DEPS pgveil::protocol)
pgveil_test(protocol_messages_test
  SOURCES "${CMAKE_CURRENT_LIST_DIR}/message/messages_test.cpp"
          "${CMAKE_CURRENT_LIST_DIR}/message/errors_test.cpp"
          "${CMAKE_CURRENT_LIST_DIR}/message/proxy_header_test.cpp"
          "${CMAKE_CURRENT_LIST_DIR}/message/startup_test.cpp"
  DEPS pgveil::protocol)
