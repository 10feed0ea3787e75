pgveil_test(session_law LABEL property
  SOURCES ${CMAKE_CURRENT_LIST_DIR}/session_law.cpp
  DEPS pgveil_sim)
