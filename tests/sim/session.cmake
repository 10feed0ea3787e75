add_library(pgveil_sim STATIC
  ${CMAKE_CURRENT_LIST_DIR}/conversation.cpp
  ${CMAKE_CURRENT_LIST_DIR}/messages.cpp
  ${CMAKE_CURRENT_LIST_DIR}/model_server.cpp
  ${CMAKE_CURRENT_LIST_DIR}/script.cpp
  ${CMAKE_CURRENT_LIST_DIR}/scripted.cpp
  ${CMAKE_CURRENT_LIST_DIR}/stage.cpp)
target_link_libraries(pgveil_sim PUBLIC pgveil::proxy_session pgveil::policy_sql pgveil::protocol
  GTest::gtest)

pgveil_test(session_sim LABEL sim
  SOURCES
    ${CMAKE_CURRENT_LIST_DIR}/audit_test.cpp
    ${CMAKE_CURRENT_LIST_DIR}/cancel_test.cpp
    ${CMAKE_CURRENT_LIST_DIR}/copy_tagged_test.cpp
    ${CMAKE_CURRENT_LIST_DIR}/copy_test.cpp
    ${CMAKE_CURRENT_LIST_DIR}/evaluation_test.cpp
    ${CMAKE_CURRENT_LIST_DIR}/split_write_test.cpp
    ${CMAKE_CURRENT_LIST_DIR}/in_place_test.cpp
    ${CMAKE_CURRENT_LIST_DIR}/pass_test.cpp
    ${CMAKE_CURRENT_LIST_DIR}/piecewise_test.cpp
    ${CMAKE_CURRENT_LIST_DIR}/refusal_test.cpp
    ${CMAKE_CURRENT_LIST_DIR}/settings_test.cpp
    ${CMAKE_CURRENT_LIST_DIR}/sql_names_test.cpp
    ${CMAKE_CURRENT_LIST_DIR}/statement_names_test.cpp
  DEPS pgveil_sim)
