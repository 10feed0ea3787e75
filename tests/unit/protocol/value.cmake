pgveil_test(protocol_value_test
  SOURCES
    ${CMAKE_CURRENT_LIST_DIR}/value/bucket_test.cpp
    ${CMAKE_CURRENT_LIST_DIR}/value/cast_test.cpp
    ${CMAKE_CURRENT_LIST_DIR}/value/codec_test.cpp
    ${CMAKE_CURRENT_LIST_DIR}/value/session_format_test.cpp
  DEPS pgveil::protocol_value)
