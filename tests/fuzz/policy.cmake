pgveil_fuzz(policy_toml SOURCES ${CMAKE_CURRENT_LIST_DIR}/fuzz_policy_toml.cpp DEPS pgveil::policy_model)
