add_executable(bench_crypto ${CMAKE_CURRENT_LIST_DIR}/crypto.cpp ${CMAKE_SOURCE_DIR}/tests/support/assert_handler.cpp)
target_link_libraries(bench_crypto PRIVATE pgveil_flags pgveil::crypto benchmark::benchmark)
