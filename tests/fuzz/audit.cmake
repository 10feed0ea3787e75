pgveil_fuzz(audit_record SOURCES ${CMAKE_CURRENT_LIST_DIR}/fuzz_audit_record.cpp DEPS pgveil::proxy_audit)
