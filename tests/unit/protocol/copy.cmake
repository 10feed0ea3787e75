pgveil_test(protocol_copy_test
  SOURCES
    ${CMAKE_CURRENT_LIST_DIR}/copy/decoder_test.cpp
    ${CMAKE_CURRENT_LIST_DIR}/copy/encoder_test.cpp
    ${CMAKE_CURRENT_LIST_DIR}/copy/options_test.cpp
  DEPS pgveil::protocol_copy)
