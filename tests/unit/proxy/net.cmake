pgveil_test(proxy_net_test
  SOURCES "${CMAKE_CURRENT_LIST_DIR}/net/cancel_registry_test.cpp"
          "${CMAKE_CURRENT_LIST_DIR}/net/worker_pool_test.cpp"
          "${CMAKE_CURRENT_LIST_DIR}/net/waiting_test.cpp"
  DEPS pgveil::proxy_net)
