# Tests against a real PostgreSQL. Each is a Python program; it finds pgveil by PGVEIL_BINARY.
find_program(PGVEIL_PYTHON python3 PATHS /usr/bin NO_DEFAULT_PATH REQUIRED)

# pgveil_e2e(<name> <script> [arguments ...])
function(pgveil_e2e name script)
  add_test(NAME e2e_${name} COMMAND "${PGVEIL_PYTHON}" -B "${CMAKE_CURRENT_SOURCE_DIR}/${script}" ${ARGN})
  set_tests_properties(e2e_${name} PROPERTIES LABELS e2e TIMEOUT 1200)
  if(TARGET pgveil)
    set_tests_properties(e2e_${name} PROPERTIES ENVIRONMENT "PGVEIL_BINARY=$<TARGET_FILE:pgveil>")
  endif()
endfunction()

pgveil_e2e(corpus_self test_corpus.py --self)
