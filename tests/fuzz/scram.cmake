pgveil_fuzz(scram
  SOURCES "${CMAKE_CURRENT_LIST_DIR}/fuzz_scram.cpp"
  DEPS pgveil::proxy_auth)
