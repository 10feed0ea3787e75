#include "protocol/message/query.hpp"
#include "proxy/twin/operate.hpp"

namespace pgveil::proxy::twin {

// One statement: all or nothing is in force. `applied` is set by whoever reads the answer.
std::size_t encode_state(protocol::Bytes& out,
                         TwinConnection& connection,
                         const SessionState& state) {
  if (connection.applied && connection.applied->role == state.role &&
      connection.applied->settings == state.settings) {
    return 0;
  }
  std::string sql = "RESET ROLE; RESET ALL";
  std::string calls;
  for (const auto& [name, value] : state.settings) {
    if (name != "client_encoding") {
      calls += (calls.empty() ? "; SELECT " : ", ");
      calls += "pg_catalog.set_config(" + quote_text(name) + ", " + quote_text(value) + ", false)";
    }
  }
  sql += calls;
  if (!state.role.empty()) {
    sql += "; SET ROLE " + quote_name(state.role);
  }
  protocol::encode_query(out, {sql});
  connection.applied.reset();
  return 1;
}

protocol::ErrorFields cannot_follow() {
  return protocol::make_error(
      "ERROR", "0A000", "pgveil cannot follow what this session has changed in the schema", {},
      "DISCARD TEMP, or end the transaction block; use ordinary tables, or WITH.");
}

std::string begin_with_prelude(const SessionState& state) {
  std::string sql = "BEGIN";
  for (const std::string& statement : state.prelude) {
    sql += "; " + statement;
  }
  if (state.prelude.empty()) {
    return sql;
  }
  sql += "; SET LOCAL ROLE " + (state.role.empty() ? std::string("NONE") : quote_name(state.role));
  for (const auto& [name, value] : state.settings) {
    if (name == "search_path") {
      sql += "; SELECT pg_catalog.set_config('search_path', " + quote_text(value) + ", true)";
    }
  }
  return sql;
}

}  // namespace pgveil::proxy::twin
