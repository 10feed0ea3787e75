#include "policy/sql/tree.hpp"

#include <pg_query.h>
#include <pg_query/pg_query.pb-c.h>

#include <algorithm>
#include <string>
#include <vector>

namespace pgveil::policy::sql {
namespace {

void* arena_alloc(void* arena, std::size_t size) {
  return static_cast<Arena*>(arena)->allocate(size);
}

void arena_free(void* /*arena*/, void* /*memory*/) {}

ProtobufCAllocator allocator_of(Arena& arena) {
  return ProtobufCAllocator{arena_alloc, arena_free, &arena};
}

/// libpg_query counts characters from 1.
std::int32_t byte_position(std::string_view sql, int cursorpos) {
  if (cursorpos <= 0) return -1;
  std::size_t at = 0;
  for (int left = cursorpos - 1; left > 0 && at < sql.size(); --left) {
    ++at;
    while (at < sql.size() && (static_cast<unsigned char>(sql[at]) & 0xC0U) == 0x80U) ++at;
  }
  return static_cast<std::int32_t>(at);
}

template <class T>
T& at_offset(ProtobufCMessage& message, unsigned offset) {
  return *reinterpret_cast<T*>(reinterpret_cast<char*>(&message) + offset);
}

template <class T>
const T& at_offset(const ProtobufCMessage& message, unsigned offset) {
  return *reinterpret_cast<const T*>(reinterpret_cast<const char*>(&message) + offset);
}

/// The field of a message that is set, for messages that are one oneof; nullptr: none.
const ProtobufCFieldDescriptor* chosen_field(const PgQuery__Node& node) {
  return protobuf_c_message_descriptor_get_field(node.base.descriptor,
                                                 static_cast<unsigned>(node.node_case));
}

bool is_node(const ProtobufCMessage& message) {
  return message.descriptor == &pg_query__node__descriptor;
}

/// A oneof member that is not the chosen one.
bool skipped(const ProtobufCMessage& message, const ProtobufCFieldDescriptor& field) {
  return (field.flags & PROTOBUF_C_FIELD_FLAG_ONEOF) != 0 &&
         at_offset<std::uint32_t>(message, field.quantifier_offset) != field.id;
}

void walk_field(ProtobufCMessage& message,
                const ProtobufCFieldDescriptor& field,
                Visitor& visitor) {
  if (field.label == PROTOBUF_C_LABEL_REPEATED) {
    const auto count = at_offset<std::size_t>(message, field.quantifier_offset);
    auto** items = at_offset<ProtobufCMessage**>(message, field.offset);
    for (std::size_t i = 0; i < count; ++i) walk(*items[i], visitor);
  } else if (auto* child = at_offset<ProtobufCMessage*>(message, field.offset)) {
    walk(*child, visitor);
  }
}

class Forgetter : public Visitor {
 public:
  bool enter(ProtobufCMessage& message) override {
    if (is_node(message)) return true;
    for (unsigned i = 0; i < message.descriptor->n_fields; ++i) {
      const auto& field = message.descriptor->fields[i];
      if (field.type == PROTOBUF_C_TYPE_INT32 && std::strcmp(field.name, "location") == 0) {
        at_offset<std::int32_t>(message, field.offset) = -1;
      }
    }
    return true;
  }
};

bool is_position(const ProtobufCFieldDescriptor& field) {
  return field.type == PROTOBUF_C_TYPE_INT32 && (std::strcmp(field.name, "location") == 0 ||
                                                 std::strcmp(field.name, "stmt_location") == 0 ||
                                                 std::strcmp(field.name, "stmt_len") == 0);
}

bool same_scalar(const ProtobufCMessage& a,
                 const ProtobufCMessage& b,
                 const ProtobufCFieldDescriptor& field) {
  switch (field.type) {
    case PROTOBUF_C_TYPE_MESSAGE: {
      const auto* x = at_offset<ProtobufCMessage*>(a, field.offset);
      const auto* y = at_offset<ProtobufCMessage*>(b, field.offset);
      if (x == nullptr || y == nullptr) return x == y;
      return same_tree(*x, *y);
    }
    case PROTOBUF_C_TYPE_STRING: {
      const char* x = at_offset<char*>(a, field.offset);
      const char* y = at_offset<char*>(b, field.offset);
      return std::strcmp(x == nullptr ? "" : x, y == nullptr ? "" : y) == 0;
    }
    case PROTOBUF_C_TYPE_INT32:
    case PROTOBUF_C_TYPE_UINT32:
    case PROTOBUF_C_TYPE_ENUM:
    case PROTOBUF_C_TYPE_BOOL:
      return at_offset<std::int32_t>(a, field.offset) == at_offset<std::int32_t>(b, field.offset);
    case PROTOBUF_C_TYPE_INT64:
    case PROTOBUF_C_TYPE_UINT64:
      return at_offset<std::int64_t>(a, field.offset) == at_offset<std::int64_t>(b, field.offset);
    default:
      return false;  // a type this library does not use: then nothing may pass as equal
  }
}

bool same_field(const ProtobufCMessage& a,
                const ProtobufCMessage& b,
                const ProtobufCFieldDescriptor& field) {
  if (field.label != PROTOBUF_C_LABEL_REPEATED) return same_scalar(a, b, field);
  if (field.type != PROTOBUF_C_TYPE_MESSAGE) return false;
  const auto count = at_offset<std::size_t>(a, field.quantifier_offset);
  if (count != at_offset<std::size_t>(b, field.quantifier_offset)) return false;
  auto* const* x = at_offset<ProtobufCMessage**>(a, field.offset);
  auto* const* y = at_offset<ProtobufCMessage**>(b, field.offset);
  for (std::size_t i = 0; i < count; ++i) {
    if (!same_tree(*x[i], *y[i])) return false;
  }
  return true;
}

void flatten(const PgQuery__BoolExpr& expr, std::vector<const PgQuery__Node*>& out) {
  for (std::size_t i = 0; i < expr.n_args; ++i) {
    const PgQuery__Node* arg = expr.args[i];
    if (arg->node_case == PG_QUERY__NODE__NODE_BOOL_EXPR && arg->bool_expr->boolop == expr.boolop) {
      flatten(*arg->bool_expr, out);
    } else {
      out.push_back(arg);
    }
  }
}

bool same_bool(const PgQuery__BoolExpr& a, const PgQuery__BoolExpr& b) {
  if (a.boolop != b.boolop) return false;
  std::vector<const PgQuery__Node*> x;
  std::vector<const PgQuery__Node*> y;
  if (a.boolop == PG_QUERY__BOOL_EXPR_TYPE__NOT_EXPR) {
    x.assign(a.args, a.args + a.n_args);
    y.assign(b.args, b.args + b.n_args);
  } else {
    flatten(a, x);
    flatten(b, y);
  }
  if (x.size() != y.size()) return false;
  for (std::size_t i = 0; i < x.size(); ++i) {
    if (!same_tree(x[i]->base, y[i]->base)) return false;
  }
  return true;
}

std::string pack(const PgQuery__ParseResult& tree) {
  std::string bytes(pg_query__parse_result__get_packed_size(&tree), '\0');
  pg_query__parse_result__pack(&tree, reinterpret_cast<std::uint8_t*>(bytes.data()));
  return bytes;
}

PgQuery__ParseResult* unpack(Arena& arena, const void* data, std::size_t size) {
  ProtobufCAllocator allocator = allocator_of(arena);
  return pg_query__parse_result__unpack(&allocator, size, static_cast<const std::uint8_t*>(data));
}

}  // namespace

void* Arena::allocate(std::size_t size) {
  return memory_.allocate(size, alignof(std::max_align_t));
}

char* Arena::copy(std::string_view text) {
  char* out = static_cast<char*>(allocate(text.size() + 1));
  std::ranges::copy(text, out);  // an empty view may have no data at all
  out[text.size()] = '\0';
  return out;
}

Result<PgQuery__ParseResult*> parse_into(Arena& arena, std::string_view sql) {
  const std::string terminated(sql);
  const PgQueryProtobufParseResult parsed = pg_query_parse_protobuf(terminated.c_str());
  if (parsed.error != nullptr) {
    Error error = make_error(Errc::Syntax, "parse", parsed.error->message,
                             byte_position(sql, parsed.error->cursorpos));
    pg_query_free_protobuf_parse_result(parsed);
    return error;
  }
  PgQuery__ParseResult* tree = unpack(arena, parsed.parse_tree.data, parsed.parse_tree.len);
  pg_query_free_protobuf_parse_result(parsed);
  if (tree == nullptr) return make_error(Errc::Deparse, "unpack");
  return tree;
}

PgQuery__ParseResult* copy_into(Arena& arena, const PgQuery__ParseResult& tree) {
  const std::string bytes = pack(tree);
  PgQuery__ParseResult* copy = unpack(arena, bytes.data(), bytes.size());
  BOOST_ASSERT(copy != nullptr);
  return copy;
}

Result<std::string> deparse_raw(const PgQuery__ParseResult& tree) {
  std::string bytes = pack(tree);
  const PgQueryDeparseResult printed =
      pg_query_deparse_protobuf(PgQueryProtobuf{bytes.size(), bytes.data()});
  if (printed.error != nullptr) {
    Error error = make_error(Errc::Deparse, "deparse", printed.error->message);
    pg_query_free_deparse_result(printed);
    return error;
  }
  std::string sql(printed.query);
  pg_query_free_deparse_result(printed);
  return sql;
}

Result<std::string> deparse_checked(PgQuery__ParseResult& tree) {
  const auto means_the_tree = [&tree](const std::string& sql) {
    Arena arena;
    const auto again = parse_into(arena, sql);
    return again && same_tree(tree.base, (*again)->base);
  };
  auto sql = deparse_raw(tree);
  if (!sql || means_the_tree(*sql)) return sql;
  sql = deparse_with_parentheses(tree);
  if (!sql || means_the_tree(*sql)) return sql;
  return make_error(Errc::Deparse, "deparse: its text is another statement");
}

bool same_tree(const ProtobufCMessage& a, const ProtobufCMessage& b) {
  if (&a == &b) return true;
  if (a.descriptor != b.descriptor) return false;
  if (is_node(a)) {
    const auto& x = reinterpret_cast<const PgQuery__Node&>(a);
    const auto& y = reinterpret_cast<const PgQuery__Node&>(b);
    if (x.node_case != y.node_case) return false;
    const ProtobufCFieldDescriptor* field = chosen_field(x);
    return field == nullptr || same_scalar(a, b, *field);
  }
  if (a.descriptor == &pg_query__bool_expr__descriptor) {
    return same_bool(reinterpret_cast<const PgQuery__BoolExpr&>(a),
                     reinterpret_cast<const PgQuery__BoolExpr&>(b));
  }
  for (unsigned i = 0; i < a.descriptor->n_fields; ++i) {
    const auto& field = a.descriptor->fields[i];
    if (is_position(field)) continue;
    if ((field.flags & PROTOBUF_C_FIELD_FLAG_ONEOF) != 0 &&
        at_offset<std::uint32_t>(a, field.quantifier_offset) !=
            at_offset<std::uint32_t>(b, field.quantifier_offset)) {
      return false;
    }
    if (!skipped(a, field) && !same_field(a, b, field)) return false;
  }
  return true;
}

void walk(ProtobufCMessage& message, Visitor& visitor) {
  if (!visitor.enter(message)) return;
  if (is_node(message)) {
    // 240 alternatives: looking at each would be most of the work.
    const auto* field = chosen_field(reinterpret_cast<const PgQuery__Node&>(message));
    if (field != nullptr) walk_field(message, *field, visitor);
  } else {
    for (unsigned i = 0; i < message.descriptor->n_fields; ++i) {
      const auto& field = message.descriptor->fields[i];
      if (field.type == PROTOBUF_C_TYPE_MESSAGE && !skipped(message, field)) {
        walk_field(message, field, visitor);
      }
    }
  }
  visitor.leave(message);
}

void forget_locations(ProtobufCMessage& message) {
  Forgetter forgetter;
  walk(message, forgetter);
}

}  // namespace pgveil::policy::sql
