pgveil_test(proxy_transform_test
  SOURCES
    ${CMAKE_CURRENT_LIST_DIR}/transform/array_value_test.cpp
    ${CMAKE_CURRENT_LIST_DIR}/transform/fill_test.cpp
    ${CMAKE_CURRENT_LIST_DIR}/transform/literal_test.cpp
    ${CMAKE_CURRENT_LIST_DIR}/transform/mask_value_test.cpp
    ${CMAKE_CURRENT_LIST_DIR}/transform/open_row_test.cpp
    ${CMAKE_CURRENT_LIST_DIR}/transform/slice_builder_test.cpp
  DEPS pgveil::proxy_transform)
