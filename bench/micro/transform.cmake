add_executable(bench_transform "${CMAKE_CURRENT_LIST_DIR}/bench_transform.cpp"
  "${CMAKE_SOURCE_DIR}/tests/support/assert_handler.cpp")
target_link_libraries(bench_transform PRIVATE pgveil_flags pgveil::proxy_transform
  benchmark::benchmark benchmark::benchmark_main Threads::Threads)
