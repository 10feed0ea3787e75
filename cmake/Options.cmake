# What a builder may choose, and the flags that every target gets.
option(PGVEIL_TESTS "build the tests" ON)
option(PGVEIL_BENCH "build the micro benches" OFF)
option(PGVEIL_HARDEN "release hardening flags" OFF)
set(PGVEIL_SANITIZE "" CACHE STRING "value for -fsanitize=, e.g. address,undefined or thread")
option(PGVEIL_FUZZ "build fuzz targets with libFuzzer (Clang)" OFF)

find_program(CCACHE_PROGRAM ccache)
if(CCACHE_PROGRAM AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  set(CMAKE_CXX_COMPILER_LAUNCHER "${CCACHE_PROGRAM}")
  set(CMAKE_C_COMPILER_LAUNCHER "${CCACHE_PROGRAM}")
endif()

add_library(pgveil_flags INTERFACE)
target_include_directories(pgveil_flags INTERFACE "${CMAKE_SOURCE_DIR}")
target_compile_options(pgveil_flags INTERFACE
  -Wall -Wextra -Wshadow -Wconversion -Wsign-conversion -Wnon-virtual-dtor -Wold-style-cast
  -Wcast-qual -Wformat=2 -Werror=switch -Werror=return-type -fno-strict-overflow)
# Asserts stay on in release; the handler (proxy and tests each define it) ends the process without
# printing values.
target_compile_definitions(pgveil_flags INTERFACE BOOST_ENABLE_ASSERT_HANDLER)
option(PGVEIL_WERROR "warnings are errors" ON)
if(PGVEIL_WERROR)
  target_compile_options(pgveil_flags INTERFACE -Werror)
endif()
# GCC 12 reports false positives from inlined library code at -O2.
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  target_compile_options(pgveil_flags INTERFACE -Wno-maybe-uninitialized -Wno-restrict
    -Wno-stringop-overflow -Wno-stringop-overread -Wno-array-bounds -Wno-dangling-pointer)
endif()
if(PGVEIL_SANITIZE)
  target_compile_options(pgveil_flags INTERFACE -fsanitize=${PGVEIL_SANITIZE}
    -fno-omit-frame-pointer -fno-sanitize-recover=all)
  target_link_options(pgveil_flags INTERFACE -fsanitize=${PGVEIL_SANITIZE})
  if(PGVEIL_SANITIZE MATCHES "thread")
    # ThreadSanitizer does not follow fences; Asio's stand beside mutexes, which it follows.
    target_compile_options(pgveil_flags INTERFACE -Wno-tsan)
  endif()
endif()
if(PGVEIL_HARDEN)
  target_compile_options(pgveil_flags INTERFACE -D_FORTIFY_SOURCE=2 -fstack-protector-strong
    -fstack-clash-protection -fcf-protection)
  target_link_options(pgveil_flags INTERFACE -Wl,-z,relro,-z,now)
endif()
