pgveil_test(crypto_laws LABEL property
  SOURCES
    ${CMAKE_CURRENT_LIST_DIR}/seal_law.cpp
    ${CMAKE_CURRENT_LIST_DIR}/text_term_law.cpp
  DEPS pgveil::crypto)
