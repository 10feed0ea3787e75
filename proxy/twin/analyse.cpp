#include "protocol/message/query.hpp"
#include "proxy/twin/operate.hpp"
#include "proxy/twin/unwrap.hpp"

#include <charconv>

namespace pgveil::proxy::twin {
namespace {

constexpr std::string_view kTreeTitle = "rewritten parse tree:";

/// What the prelude made or changed, column by column.
constexpr const char* kSessionRelations =
    "SELECT c.oid, CASE WHEN c.relpersistence = 't' THEN 'pg_temp' ELSE n.nspname END, c.relname, "
    "c.relkind, a.attname, a.attnum, a.atttypid, a.atttypmod, a.attnotnull, a.atthasdef OR "
    "a.attidentity <> '' FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = "
    "c.relnamespace JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT "
    "a.attisdropped WHERE c.relkind IN ('r', 'v', 'p', 'm') AND EXISTS (SELECT FROM "
    "pg_catalog.pg_attribute x WHERE x.attrelid = c.oid AND (x.xmin = "
    "pg_catalog.pg_current_xact_id()::pg_catalog.xid OR c.xmin = "
    "pg_catalog.pg_current_xact_id()::pg_catalog.xid)) ORDER BY c.oid, a.attnum";

/// Nobody can make functions in that language; types bring them along.
constexpr const char* kSessionFunctions =
    "SELECT p.oid, n.nspname, p.proname FROM pg_catalog.pg_proc p JOIN pg_catalog.pg_namespace n "
    "ON "
    "n.oid = p.pronamespace JOIN pg_catalog.pg_language l ON l.oid = p.prolang WHERE p.xmin = "
    "pg_catalog.pg_current_xact_id()::pg_catalog.xid AND l.lanname = 'internal'";

template <class Number>
Number number_of(const protocol::Cell& cell) {
  Number value = 0;
  if (cell) {
    const std::string_view text = protocol::as_text(*cell);
    (void)std::from_chars(text.data(), text.data() + text.size(), value);
  }
  return value;
}

std::string text_of(const protocol::Cell& cell) {
  return cell ? std::string(protocol::as_text(*cell)) : std::string();
}

void add_column(const std::vector<protocol::Cell>& cells, std::vector<SessionRelation>& relations) {
  const auto oid = number_of<std::uint32_t>(cells[0]);
  if (relations.empty() || relations.back().oid != oid) {
    SessionRelation relation;
    relation.oid = oid;
    relation.schema = text_of(cells[1]);
    relation.name = text_of(cells[2]);
    relation.kind = text_of(cells[3]).front();
    relations.push_back(std::move(relation));
  }
  SessionColumn column;
  column.name = text_of(cells[4]);
  column.attnum = number_of<std::int16_t>(cells[5]);
  column.type = number_of<std::uint32_t>(cells[6]);
  column.typmod = number_of<std::int32_t>(cells[7]);
  column.not_null = text_of(cells[8]) == "t";
  column.has_default = text_of(cells[9]) == "t";
  relations.back().columns.push_back(std::move(column));
}

/// Up to ReadyForQuery; calls `add` with the cells of each row. None when the statement before has failed.
template <class Add>
Result<Done> read_rows(TwinConnection& connection, std::size_t width, Add add) {
  std::vector<protocol::Cell> cells;
  while (true) {
    auto message = connection.next();
    if (!message) {
      return message.error();
    }
    if ((*message).type == 'Z') {
      return Done{};
    }
    if ((*message).type == 'D' && protocol::decode_data_row((*message).body, cells) &&
        cells.size() == width) {
      add(cells);
    }
  }
}

Result<Done> read_session_objects(TwinConnection& connection, Analysis& analysis) {
  constexpr std::size_t kRelationCells = 10;
  constexpr std::size_t kFunctionCells = 3;
  auto read = read_rows(connection, kRelationCells, [&](const auto& cells) {
    if (cells[3] && !(*cells[3]).empty()) {
      add_column(cells, analysis.session_relations);
    }
  });
  if (!read) {
    return read;
  }
  return read_rows(connection, kFunctionCells, [&](const auto& cells) {
    analysis.session_functions.push_back(
        {number_of<std::uint32_t>(cells[0]), text_of(cells[1]), text_of(cells[2])});
  });
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
    protocol::encode_query(out, {begin_with_prelude(state)});
  }
  protocol::encode_parse(out, {"", sql, parameter_types});
  protocol::encode_describe(out, {protocol::Target::Statement, ""});
  protocol::encode_sync(out);
  if (in_block) {
    protocol::encode_query(out, {kSessionRelations});
    protocol::encode_query(out, {kSessionFunctions});
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
    Analysis dropped;
    auto* good = std::get_if<Analysis>(&*analysis);
    if (auto read = read_session_objects(connection, good != nullptr ? *good : dropped); !read) {
      return read.error();
    }
    if (auto ended = connection.drain(); !ended) {
      return ended.error();
    }
  }
  if (earlier && in_block) {
    return Answer<Analysis>(cannot_follow());
  }
  if (earlier) {
    return Answer<Analysis>(std::move(*earlier));
  }
  return analysis;
}

}  // namespace pgveil::proxy::twin
