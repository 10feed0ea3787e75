pgveil_fuzz(dump_script SOURCES ${CMAKE_CURRENT_LIST_DIR}/fuzz_dump_script.cpp
  DEPS pgveil::proxy_twin)
