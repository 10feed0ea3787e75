pgveil_test(proxy_net_test
  SOURCES "${CMAKE_CURRENT_LIST_DIR}/net/address_set_test.cpp"
          "${CMAKE_CURRENT_LIST_DIR}/net/cancel_registry_test.cpp"
          "${CMAKE_CURRENT_LIST_DIR}/net/target_session_test.cpp"
          "${CMAKE_CURRENT_LIST_DIR}/net/worker_pool_test.cpp"
          "${CMAKE_CURRENT_LIST_DIR}/net/waiting_test.cpp"
  DEPS pgveil::proxy_net)
if(TARGET pgveil_proxy_cli)
  pgveil_test(proxy_cli_test
    SOURCES "${CMAKE_CURRENT_LIST_DIR}/cli/admin_conninfo_test.cpp"
    DEPS pgveil::proxy_cli)
endif()
