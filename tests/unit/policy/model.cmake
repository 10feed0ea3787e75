pgveil_test(policy_model_test
  SOURCES
    ${CMAKE_CURRENT_LIST_DIR}/model/classes_test.cpp
    ${CMAKE_CURRENT_LIST_DIR}/model/policy_test.cpp
    ${CMAKE_CURRENT_LIST_DIR}/model/role_view_test.cpp
    ${CMAKE_CURRENT_LIST_DIR}/model/toml_file_test.cpp
  DEPS pgveil::policy_model)
