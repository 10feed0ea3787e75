pgveil_fuzz(value_codecs SOURCES ${CMAKE_CURRENT_LIST_DIR}/fuzz_value_codecs.cpp DEPS pgveil::protocol_value)
pgveil_fuzz(literal SOURCES ${CMAKE_CURRENT_LIST_DIR}/fuzz_literal.cpp DEPS pgveil::proxy_transform)
pgveil_fuzz(slice_rows SOURCES ${CMAKE_CURRENT_LIST_DIR}/fuzz_slice_rows.cpp DEPS pgveil::proxy_transform)
