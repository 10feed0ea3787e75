#pragma once

/// Reads the text of PostgreSQL's node trees: `{VAR :varno 1 :location 7}`, lists `( … )`, `(i 1 2)`,
/// `(o …)`, bitmap sets `(b …)`, `<>`, strings, and the bytes of constants `4 [ 24 0 0 … ]`.
/// It knows the form, not the node types: fields are found by name, so other versions read as well.
/// A NodeTree owns its text and nodes; a Node is a handle of two words that must not outlive it.
/// Chains are safe: a field of a missing node is missing, and every reader says absent for it.
/// Source: PostgreSQL src/backend/nodes/outfuncs.c (outToken), read.c (pg_strtok), print.c
/// (format_node_dump). Thread rule: pure; a tree may be read by many threads at once.

#include "policy/sql/error.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace pgveil::policy::sql {

struct NodeLimits {
  std::uint32_t max_bytes = 64U << 20;
  std::uint32_t max_nodes = 4'000'000;
  std::uint32_t max_depth = 10'000;
};

class NodeTree;

/// One value: a node, a list, a token. Default-constructed: missing.
class Node {
 public:
  enum class Kind : std::uint8_t {
    Missing,
    Null,       // <>
    Object,     // {LABEL :field value …}
    List,       // ( … )
    IntList,    // (i 1 2)
    OidList,    // (o 1 2), also (x 1 2)
    Bitmapset,  // (b 1 2)
    Token,      // number, name, true, "string"
    Datum       // length [ bytes ]
  };

  Node() = default;
  [[nodiscard]] Kind kind() const;

  [[nodiscard]] bool exists() const { return kind() != Kind::Missing; }

  /// <> or missing.
  [[nodiscard]] bool is_null() const;
  [[nodiscard]] bool is_object(std::string_view label) const;
  /// Label of an object: "QUERY", "VAR". Empty otherwise.
  [[nodiscard]] std::string_view label() const;
  /// Field by name, without the colon. The first one if a name comes twice.
  [[nodiscard]] Node field(std::string_view name) const;

  /// Number of items of a list or set, or fields of an object; bytes of a Datum.
  [[nodiscard]] std::size_t size() const;
  [[nodiscard]] Node item(std::size_t index) const;  // linear in index; iterate instead
  /// Name of a field reached by iterating over an object.
  [[nodiscard]] std::string_view field_name() const;

  [[nodiscard]] std::optional<std::int64_t> as_int() const;
  [[nodiscard]] std::int64_t as_int_or(std::int64_t otherwise) const;
  [[nodiscard]] bool as_bool() const;  // the token "true"
  /// A token without its escapes and quotes; empty for <> and for everything else.
  [[nodiscard]] std::string as_text() const;
  /// Items of an integer list, OID list or bitmap set; empty for everything else.
  [[nodiscard]] std::vector<std::int64_t> as_ints() const;
  /// Bytes of a Datum in the server's memory layout: no wire format, see the header comment of
  /// outDatum. Empty for everything else.
  [[nodiscard]] std::vector<std::byte> as_bytes() const;
  /// The text as PostgreSQL wrote it, escapes included.
  [[nodiscard]] std::string_view raw() const;

  class Iterator {
   public:
    using value_type = Node;
    using difference_type = std::ptrdiff_t;
    Iterator() = default;

    [[nodiscard]] Node operator*() const { return {tree_, index_}; }

    Iterator& operator++();
    Iterator operator++(int);

    friend bool operator==(const Iterator& a, const Iterator& b) { return a.index_ == b.index_; }

   private:
    friend class Node;

    Iterator(const NodeTree* tree, std::uint32_t index) : tree_(tree), index_(index) {}

    const NodeTree* tree_ = nullptr;
    std::uint32_t index_ = 0;
  };

  /// Items of a list or set, fields of an object; nothing for everything else.
  [[nodiscard]] Iterator begin() const;

  [[nodiscard]] Iterator end() const { return {tree_, 0}; }

  /// The same place of the same tree.
  friend bool operator==(const Node&, const Node&) = default;

 private:
  friend class NodeTree;

  Node(const NodeTree* tree, std::uint32_t index) : tree_(tree), index_(index) {}

  const NodeTree* tree_ = nullptr;
  std::uint32_t index_ = 0;  // 0: missing
};

class NodeTree {
 public:
  /// Text as nodeToString made it (catalog columns such as pg_proc.prosqlbody).
  /// Errors: BadNodeText, TooLarge, TooDeep.
  [[nodiscard]] static Result<std::unique_ptr<const NodeTree>> parse(std::string text,
                                                                     const NodeLimits& limits = {});
  /// DETAIL of a debug_print_rewritten notice: the server has folded it into lines of 78 bytes, which
  /// is undone first.
  [[nodiscard]] static Result<std::unique_ptr<const NodeTree>> parse_notice(
      std::string_view detail, const NodeLimits& limits = {});

  /// The outermost value: for a notice a list of QUERY.
  [[nodiscard]] Node root() const;

  [[nodiscard]] const std::string& text() const { return text_; }

  /// Written back in one line; reading it gives an equal tree.
  [[nodiscard]] std::string print() const;

  NodeTree(const NodeTree&) = delete;
  NodeTree& operator=(const NodeTree&) = delete;

 private:
  friend class Node;

  struct Item {
    Node::Kind kind = Node::Kind::Missing;
    bool bare = false;        // a list of tokens in a row, without brackets
    std::uint32_t begin = 0;  // of the text: token, label for objects, bytes for a Datum
    std::uint32_t length = 0;
    std::uint32_t name_begin = 0;  // field name, if it is a field
    std::uint32_t name_length = 0;
    std::uint32_t first = 0;  // children
    std::uint32_t next = 0;   // sibling
    std::uint32_t count = 0;
  };
  struct Reader;
  NodeTree() = default;
  std::string text_;
  std::vector<Item> items_;  // items_[0] is the missing one
};

/// What format_node_dump folded, unfolded.
[[nodiscard]] std::string unfold_node_dump(std::string_view folded);

}  // namespace pgveil::policy::sql
