# pgveil_library(<name> SOURCES ... HEADERS ... [PUBLIC_DEPS ...] [PRIVATE_DEPS ...])
# A folder with a CMakeLists is one static library pgveil::<name>.
function(pgveil_library name)
  cmake_parse_arguments(ARG "" "" "SOURCES;HEADERS;PUBLIC_DEPS;PRIVATE_DEPS" ${ARGN})
  add_library(pgveil_${name} STATIC ${ARG_SOURCES} ${ARG_HEADERS})
  add_library(pgveil::${name} ALIAS pgveil_${name})
  set_target_properties(pgveil_${name} PROPERTIES LINKER_LANGUAGE CXX)
  target_link_libraries(pgveil_${name} PUBLIC pgveil_flags Boost::headers ${ARG_PUBLIC_DEPS}
    PRIVATE ${ARG_PRIVATE_DEPS})
endfunction()

# pgveil_test(<name> SOURCES ... DEPS ... [LABEL unit|property|golden|sim])
# One GoogleTest program; each of its tests is a ctest test.
function(pgveil_test name)
  cmake_parse_arguments(ARG "" "LABEL" "SOURCES;DEPS" ${ARGN})
  if(NOT ARG_LABEL)
    set(ARG_LABEL unit)
  endif()
  add_executable(${name} ${ARG_SOURCES} "${CMAKE_SOURCE_DIR}/tests/support/assert_handler.cpp")
  target_link_libraries(${name} PRIVATE pgveil_flags ${ARG_DEPS} GTest::gtest GTest::gmock
    GTest::gtest_main Threads::Threads)
  add_test(NAME ${name} COMMAND ${name} WORKING_DIRECTORY "${CMAKE_SOURCE_DIR}")
  set_tests_properties(${name} PROPERTIES LABELS ${ARG_LABEL} TIMEOUT 300)
endfunction()

# pgveil_fuzz(<decoder> SOURCES ... DEPS ...)
# tests/fuzz/corpus/<decoder>/ is replayed by ctest in every build; with PGVEIL_FUZZ (Clang) the same
# source becomes a libFuzzer program.
function(pgveil_fuzz name)
  cmake_parse_arguments(ARG "" "" "SOURCES;DEPS" ${ARGN})
  add_executable(fuzz_${name} ${ARG_SOURCES} "${CMAKE_SOURCE_DIR}/tests/support/assert_handler.cpp")
  target_link_libraries(fuzz_${name} PRIVATE pgveil_flags ${ARG_DEPS})
  if(PGVEIL_FUZZ)
    target_compile_options(fuzz_${name} PRIVATE -fsanitize=fuzzer)
    target_link_options(fuzz_${name} PRIVATE -fsanitize=fuzzer)
  else()
    target_sources(fuzz_${name} PRIVATE "${CMAKE_SOURCE_DIR}/tests/support/fuzz_replay.cpp")
  endif()
  add_test(NAME fuzz_${name} COMMAND fuzz_${name} "${CMAKE_SOURCE_DIR}/tests/fuzz/corpus/${name}")
  set_tests_properties(fuzz_${name} PROPERTIES LABELS fuzz TIMEOUT 300)
endfunction()
