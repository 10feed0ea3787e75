#include "protocol/message/query.hpp"
#include "protocol/message/rows.hpp"
#include "proxy/twin/operate.hpp"

#include <map>

namespace pgveil::proxy::twin {
namespace {

/// The function that makes a value fit a modifier, by type: pg_cast's casts of a type to itself. Those
/// with a third argument are told that the cast is not explicit, so that too long is 22001.
struct FitFunction {
  const char* name;
  bool explicit_argument;
};

const std::map<std::uint32_t, FitFunction>& fit_functions() {
  static const std::map<std::uint32_t, FitFunction> functions{
      {1042, {"pg_catalog.bpchar", true}},       {1043, {"pg_catalog.\"varchar\"", true}},
      {1083, {"pg_catalog.\"time\"", false}},    {1114, {"pg_catalog.\"timestamp\"", false}},
      {1184, {"pg_catalog.timestamptz", false}}, {1186, {"pg_catalog.\"interval\"", false}},
      {1266, {"pg_catalog.timetz", false}},      {1560, {"pg_catalog.\"bit\"", true}},
      {1562, {"pg_catalog.varbit", true}},       {1700, {"pg_catalog.\"numeric\"", false}}};
  return functions;
}

Result<std::string> conversion_sql(Generation& generation,
                                   TwinConnection& connection,
                                   const Conversion& value) {
  std::string expression = "$1";
  if (value.to != 0 && value.to != value.from) {
    auto name = generation.type_name(value.to, connection);
    if (!name) {
      return name.error();
    }
    if (!(*name).empty()) {
      expression = "CAST($1 AS " + *name + ")";
    }
  }
  const auto fit = fit_functions().find(value.to != 0 ? value.to : value.from);
  if (value.typmod != -1 && fit != fit_functions().end()) {
    expression = std::string(fit->second.name) + "(" + expression + ", " +
                 std::to_string(value.typmod) + (fit->second.explicit_argument ? ", false)" : ")");
  }
  return "SELECT " + expression;
}

Result<Answer<protocol::Bytes>> read_value(TwinConnection& connection) {
  std::optional<protocol::ErrorFields> failure;
  protocol::Bytes value;
  std::vector<protocol::Cell> cells;
  while (true) {
    auto message = connection.next();
    if (!message) {
      return message.error();
    }
    switch ((*message).type) {
      case 'D':
        if (!protocol::decode_data_row((*message).body, cells) || cells.size() != 1) {
          return Error{Errc::BadMessage, "convert", {}};
        }
        if (cells[0]) {
          value.assign(cells[0]->begin(), cells[0]->end());
        }
        break;
      case 'E':
        if (auto fields = protocol::decode_error_fields((*message).body); fields && !failure) {
          (*fields).erase('W');  // names our parameter, not the client's
          (*fields).erase('P');
          failure = std::move(*fields);
        }
        break;
      case 'Z':
        if (failure) {
          return Answer<protocol::Bytes>(std::move(*failure));
        }
        return Answer<protocol::Bytes>(std::move(value));
      default:
        break;
    }
  }
}

}  // namespace

// Each value is a pipeline part of its own, so one error does not hide the others.
Result<Converted> convert_on(Generation& generation,
                             TwinConnection& connection,
                             const std::vector<Conversion>& values,
                             const SessionState& state) {
  std::vector<std::string> statements;
  for (const Conversion& value : values) {
    auto sql = conversion_sql(generation, connection, value);
    if (!sql) {
      return sql.error();
    }
    statements.push_back(std::move(*sql));
  }
  protocol::Bytes out;
  const std::size_t state_answers = encode_state(out, connection, state);
  for (std::size_t i = 0; i < values.size(); ++i) {
    protocol::encode_parse(out, {"", statements[i], {values[i].from}});
    protocol::Bind bind;
    bind.formats.push_back(values[i].from_format);
    bind.values.emplace_back(values[i].value);
    bind.result_formats.push_back(values[i].to_format);
    protocol::encode_bind(out, bind);
    protocol::encode_execute(out, {"", 0});
    protocol::encode_sync(out);
  }
  if (auto sent = connection.send(out); !sent) {
    return sent.error();
  }
  std::optional<protocol::ErrorFields> bad_state;
  if (state_answers == 1) {
    auto failure = connection.drain();
    if (!failure) {
      return failure.error();
    }
    bad_state = std::move(*failure);
    if (!bad_state) {
      connection.applied = SessionState{state.role, state.settings, {}};
    }
  }
  Converted converted;
  for (std::size_t i = 0; i < values.size(); ++i) {
    auto value = read_value(connection);
    if (!value) {
      return value.error();
    }
    converted.push_back(bad_state ? Answer<protocol::Bytes>(*bad_state) : std::move(*value));
  }
  return converted;
}

}  // namespace pgveil::proxy::twin
