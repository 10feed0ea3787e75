pgveil_fuzz(copy_text SOURCES ${CMAKE_CURRENT_LIST_DIR}/fuzz_copy_text.cpp DEPS pgveil::protocol_copy)
pgveil_fuzz(copy_csv SOURCES ${CMAKE_CURRENT_LIST_DIR}/fuzz_copy_csv.cpp DEPS pgveil::protocol_copy)
pgveil_fuzz(copy_binary SOURCES ${CMAKE_CURRENT_LIST_DIR}/fuzz_copy_binary.cpp DEPS pgveil::protocol_copy)
