#include "protocol/message/query.hpp"
#include "proxy/twin/operate.hpp"
#include "proxy/twin/unwrap.hpp"

namespace pgveil::proxy::twin {
namespace {

constexpr std::string_view kTreeTitle = "rewritten parse tree:";

std::string prelude_of(const SessionState& state) {
  std::string sql = "BEGIN";
  for (const std::string& statement : state.prelude) {
    sql += "; " + statement;
  }
  return sql;
}

/// Reads the answers of Parse, Describe and Sync.
Result<Answer<Analysis>> read_analysis(TwinConnection& connection) {
  Analysis analysis;
  std::optional<protocol::ErrorFields> failure;
  bool parsed = false;
  while (true) {
    auto message = connection.next();
    if (!message) {
      return message.error();
    }
    const protocol::ByteView body = (*message).body;
    switch ((*message).type) {
      case 'N':
        // Behind ParseComplete a tree can only be a replanned copy of the first.
        if (auto notice = protocol::decode_error_fields(body);
            !parsed && notice && (*notice).get('M') == kTreeTitle) {
          analysis.query_trees.push_back(unwrap_node_text((*notice).get('D')));
        }
        break;
      case '1':
        parsed = true;
        break;
      case 't':
        if (auto types = protocol::decode_parameter_description(body)) {
          analysis.parameter_types = std::move(*types);
        }
        break;
      case 'T':
        if (auto columns = protocol::decode_row_description(body)) {
          analysis.columns = std::move(*columns);
        }
        break;
      case 'E':
        if (auto fields = protocol::decode_error_fields(body); fields && !failure) {
          failure = std::move(*fields);
        }
        break;
      case 'Z':
        if (failure) {
          return Answer<Analysis>(std::move(*failure));
        }
        return Answer<Analysis>(std::move(analysis));
      default:
        break;
    }
  }
}

}  // namespace

Result<Answer<Analysis>> analyse_on(TwinConnection& connection,
                                    std::string_view sql,
                                    const std::vector<std::uint32_t>& parameter_types,
                                    const SessionState& state) {
  protocol::Bytes out;
  const std::size_t state_answers = encode_state(out, connection, state);
  const bool in_block = !state.prelude.empty();
  if (in_block) {
    protocol::encode_query(out, {prelude_of(state)});
  }
  protocol::encode_parse(out, {"", sql, parameter_types});
  protocol::encode_describe(out, {protocol::Target::Statement, ""});
  protocol::encode_sync(out);
  if (in_block) {
    protocol::encode_query(out, {"ROLLBACK"});
  }
  if (auto sent = connection.send(out); !sent) {
    return sent.error();
  }
  std::optional<protocol::ErrorFields> earlier;
  for (std::size_t i = 0; i < state_answers + (in_block ? 1 : 0); ++i) {
    auto failure = connection.drain();
    if (!failure) {
      return failure.error();
    }
    if (*failure && !earlier) {
      earlier = std::move(**failure);
    }
    if (i == 0 && state_answers == 1 && !*failure) {
      connection.applied = SessionState{state.role, state.settings, {}};
    }
  }
  auto analysis = read_analysis(connection);
  if (!analysis) {
    return analysis.error();
  }
  if (in_block) {
    if (auto ended = connection.drain(); !ended) {
      return ended.error();
    }
  }
  if (earlier) {
    return Answer<Analysis>(std::move(*earlier));
  }
  return analysis;
}

}  // namespace pgveil::proxy::twin
