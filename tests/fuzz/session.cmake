pgveil_fuzz(reply_queue
  SOURCES "${CMAKE_CURRENT_LIST_DIR}/fuzz_reply_queue.cpp"
  DEPS pgveil_sim)
