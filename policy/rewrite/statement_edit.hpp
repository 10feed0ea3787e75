#pragma once

/// A copy of the client's statement under edit: values become slots, parameters are renumbered, names
/// are qualified, and what comes out is SQL with slots.
/// Order: construct, any edits, renumber_parameters, finish.
/// `$k` of the result is parameter k of server_parameters(); literals that stay are Verbatim slots, so
/// that the plan serves every statement of the same shape.

#include "policy/lineage/lineage.hpp"
#include "policy/rewrite/plan.hpp"
#include "policy/sql/syntax_tree.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace pgveil::policy {

class StatementEdit {
 public:
  StatementEdit(const sql::SyntaxTree& syntax, std::span<const TypeOid> parameter_types);

  /// Edits of one node that are equal count once; different ones fail.
  [[nodiscard]] bool apply(const std::vector<Edit>& edits);
  /// Before all other edits.
  [[nodiscard]] bool apply(const ClauseEdits& edits);
  [[nodiscard]] bool replace(sql::NodeRef node, const std::string& sql, bool with_casts = false);
  /// SQL for a slot, to be put into replacements: `$k` or a marker that becomes a hole.
  [[nodiscard]] std::string slot_sql(const Slot& slot);
  /// Every parameter that no edit took gets its place on the server.
  [[nodiscard]] bool renumber_parameters();
  /// SQL of a part of the client's statement, with its parameters renumbered and with edits.
  [[nodiscard]] std::optional<std::string> expression(
      sql::NodeRef node, std::vector<std::pair<sql::NodeRef, std::string>> edits);

  [[nodiscard]] sql::SyntaxTree& tree() { return tree_; }

  /// Literals in `verbatim` (indexes) that still stand become slots of their own.
  [[nodiscard]] std::optional<SqlTemplate> finish(const std::vector<std::uint16_t>& verbatim);
  /// The same for SQL that was put together from expressions.
  [[nodiscard]] std::optional<SqlTemplate> cut(std::string_view sql) const;

  [[nodiscard]] const std::vector<ServerParameter>& server_parameters() const {
    return parameters_;
  }

 private:
  [[nodiscard]] std::uint32_t parameter(std::uint16_t client_index, const ValueUse& use);

  const sql::SyntaxTree& original_;
  sql::SyntaxTree tree_;
  std::span<const TypeOid> parameter_types_;
  std::vector<ServerParameter> parameters_;
  std::vector<Slot> marked_;
  std::vector<std::pair<sql::NodeRef, std::string>> done_;
};

[[nodiscard]] bool operator==(const ValueUse& a, const ValueUse& b);

}  // namespace pgveil::policy
