pgveil_fuzz(sealed_value SOURCES ${CMAKE_CURRENT_LIST_DIR}/fuzz_sealed_value.cpp DEPS pgveil::crypto)
pgveil_fuzz(like_pattern SOURCES ${CMAKE_CURRENT_LIST_DIR}/fuzz_like_pattern.cpp DEPS pgveil::crypto)
