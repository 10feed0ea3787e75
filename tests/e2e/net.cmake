# proxy/net by itself: a Brain that passes every byte stands in for the session logic.
add_executable(pass_through
  "${CMAKE_CURRENT_LIST_DIR}/pass_through.cpp"
  "${CMAKE_SOURCE_DIR}/tests/support/assert_handler.cpp")
target_link_libraries(pass_through PRIVATE pgveil_flags pgveil::proxy_net)
foreach(brain pass real)
  add_test(NAME e2e_net_${brain}
    COMMAND "${PGVEIL_PYTHON}" -B "${CMAKE_CURRENT_LIST_DIR}/test_net.py" "$<TARGET_FILE:pass_through>"
            "brain=${brain}")
  set_tests_properties(e2e_net_${brain} PROPERTIES LABELS e2e TIMEOUT 300)
endforeach()
foreach(area connection listening)
  add_test(NAME e2e_${area}
    COMMAND "${PGVEIL_PYTHON}" -B "${CMAKE_CURRENT_LIST_DIR}/test_${area}.py" "$<TARGET_FILE:pass_through>"
            "brain=real")
  set_tests_properties(e2e_${area} PROPERTIES LABELS e2e TIMEOUT 600)
endforeach()
