pgveil_test(crypto_test
  SOURCES
    ${CMAKE_CURRENT_LIST_DIR}/audit_chain_test.cpp
    ${CMAKE_CURRENT_LIST_DIR}/bucket_term_test.cpp
    ${CMAKE_CURRENT_LIST_DIR}/bytes_test.cpp
    ${CMAKE_CURRENT_LIST_DIR}/fold_test.cpp
    ${CMAKE_CURRENT_LIST_DIR}/key_wrap_test.cpp
    ${CMAKE_CURRENT_LIST_DIR}/keyring_test.cpp
    ${CMAKE_CURRENT_LIST_DIR}/like_pattern_test.cpp
    ${CMAKE_CURRENT_LIST_DIR}/md5_password_test.cpp
    ${CMAKE_CURRENT_LIST_DIR}/scram_test.cpp
    ${CMAKE_CURRENT_LIST_DIR}/sealed_value_test.cpp
    ${CMAKE_CURRENT_LIST_DIR}/secret_test.cpp
    ${CMAKE_CURRENT_LIST_DIR}/term_test.cpp
  DEPS pgveil::crypto)
