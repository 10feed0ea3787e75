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

}  // namespace pgveil::proxy::twin
