foreach(decoder frames startup messages proxy_header)
  pgveil_fuzz(${decoder}
    SOURCES "${CMAKE_CURRENT_LIST_DIR}/fuzz_${decoder}.cpp"
    DEPS pgveil::protocol)
endforeach()
