#pragma once

/// Inside policy/sql: protobuf-c trees of libpg_query in an arena. The generated structs are only named
/// here; their header stays in .cpp files.
/// A tree is generic: each node is a ProtobufCMessage with a descriptor, so walking, comparing and
/// forgetting locations need no list of node types. PgQuery__Node is the variant ("wrapper") in which
/// every expression sits: an edit overwrites the content of a wrapper.
/// Thread rule: see syntax_tree.hpp.

#include "policy/sql/error.hpp"

#include <cstddef>
#include <memory>
#include <memory_resource>
#include <string>
#include <string_view>

struct ProtobufCMessage;
struct PgQuery__IntoClause;
struct PgQuery__Node;
struct PgQuery__ParseResult;

namespace pgveil::policy::sql {

class Arena {
 public:
  [[nodiscard]] void* allocate(std::size_t size);
  /// NUL-terminated copy.
  [[nodiscard]] char* copy(std::string_view text);

 private:
  std::pmr::monotonic_buffer_resource memory_{16 * 1024};
};

/// Parses any number of statements; the tree lives in the arena. The text must be within the bounds.
[[nodiscard]] Result<PgQuery__ParseResult*> parse_into(Arena& arena, std::string_view sql);

/// A deep copy in another arena.
[[nodiscard]] PgQuery__ParseResult* copy_into(Arena& arena, const PgQuery__ParseResult& tree);

/// SQL of the tree; parsed again and compared, so what comes out means what went in. The tree is
/// changed while it is printed, and the same afterwards.
[[nodiscard]] Result<std::string> deparse_checked(PgQuery__ParseResult& tree);

/// What libpg_query prints, unchecked.
[[nodiscard]] Result<std::string> deparse_raw(const PgQuery__ParseResult& tree);

/// The same with parentheses around every operand, unchecked: for trees that deparse_raw gets wrong.
[[nodiscard]] Result<std::string> deparse_with_parentheses(PgQuery__ParseResult& tree);

/// Equal but for locations; chains of AND (and of OR) compare by their flattened arguments, since the
/// grammar flattens them depending on parentheses.
[[nodiscard]] bool same_tree(const ProtobufCMessage& a, const ProtobufCMessage& b);

class Visitor {
 public:
  virtual ~Visitor() = default;
  /// False: do not go below.
  virtual bool enter(ProtobufCMessage& message) = 0;

  virtual void leave(ProtobufCMessage& /*message*/) {}
};

/// Depth first, children in the order of the message's fields.
void walk(ProtobufCMessage& message, Visitor& visitor);

/// Sets every location below to -1: later edits by location must not find what edits put in.
void forget_locations(ProtobufCMessage& message);

}  // namespace pgveil::policy::sql
