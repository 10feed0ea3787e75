#pragma once

/// The shape of a statement: its tokens with the literals taken out, as a key for the plan cache.
/// Two texts of one shape parse to the same tree but for the constants in it. In the key: words folded
/// (ASCII) and cut at 63 bytes as the server does, quoted identifiers with a tag of their own, operators,
/// punctuation, $n, the minus sign, NULL/TRUE/FALSE, and for each literal only its class, with three
/// classes of integers (1, 3000000000 and 30000000000000000000 are integer, bigint and numeric). Blanks
/// and comments are not in it. Lists do NOT collapse: a plan has one slot per literal.
/// The literals are those of literals_of(), which are those of SyntaxTree::literals() whenever
/// SyntaxTree::cacheable_by_shape() says so; only then may a plan be stored under the shape.
/// The hash is SipHash-2-4 with 128 bits of output (Aumasson, Bernstein 2012) under a key drawn at
/// random per process: a client cannot make two shapes collide, and keys mean nothing outside.
/// Thread rule: pure functions.

#include "policy/sql/error.hpp"
#include "policy/sql/scan.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace pgveil::policy::sql {

struct ShapeKey {
  std::array<std::uint64_t, 2> words{};

  friend bool operator==(const ShapeKey&, const ShapeKey&) = default;
};

/// Secret of the process. random() reads the system's entropy; make one at start.
struct ShapeSecret {
  std::array<std::uint64_t, 2> words{};

  [[nodiscard]] static ShapeSecret random();
};

struct Shape {
  ShapeKey key;
  std::vector<Literal> literals;  // offsets into the text
};

/// Errors: Syntax, TooLarge. The text is not checked otherwise: any token list has a shape.
[[nodiscard]] Result<Shape> shape_of(std::string_view sql, const ShapeSecret& secret);

/// Text for the audit log: words in lower case, `?` for literals (NULL stays) and parameters, lists of
/// them after IN ( and ARRAY[ and equal rows of VALUES as one with an ellipsis; comments gone. Names stay
/// as they are. Text that does not scan gives "?" alone: nothing of it may be shown.
[[nodiscard]] std::string normalize(std::string_view sql);

/// SipHash-2-4, 128 bits.
[[nodiscard]] ShapeKey siphash128(std::string_view bytes, const ShapeSecret& secret);

}  // namespace pgveil::policy::sql

template <>
struct std::hash<pgveil::policy::sql::ShapeKey> {
  std::size_t operator()(const pgveil::policy::sql::ShapeKey& key) const noexcept {
    return key.words[0];
  }
};
