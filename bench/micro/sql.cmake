add_executable(bench_sql ${CMAKE_CURRENT_LIST_DIR}/sql.cpp ${CMAKE_SOURCE_DIR}/tests/support/assert_handler.cpp)
target_link_libraries(bench_sql PRIVATE pgveil_flags pgveil::policy_sql benchmark::benchmark_main)
