#pragma once

/// The weakest condition that the server can evaluate and that every row which matters satisfies: exact
/// conjuncts, supersets from search terms, keys of joined tables.
///   N(a AND b) = N(a) AND N(b)    N(a OR b) = N(a) OR N(b)    exact atom: itself
///   atom with a term: the term    anything else: TRUE, which is no condition
/// Nothing is weakened under NOT. WHERE conditions do not reach the null side of an outer join, ON
/// conditions reach only that side. Conditions of a level narrow that level's own tables, so it does
/// not matter what stands around it: the twin runs the original statement over what comes.

#include "policy/lineage/lineage.hpp"
#include "policy/rewrite/statement_edit.hpp"

#include <map>
#include <set>
#include <string>
#include <vector>

namespace pgveil::policy {

class Pushdown {
 public:
  Pushdown(Lineage& lineage, StatementEdit& edit, std::vector<std::uint16_t> free_literals);

  /// SQL over the bare column names of the occurrence's relation; empty: no condition.
  [[nodiscard]] std::string condition(const Occurrence& at);

  /// Whether condition() is all of WHERE: the rows that it leaves are those of the statement. For a
  /// relation that stands alone in FROM.
  [[nodiscard]] bool is_exact(const Occurrence& at);

  /// Operators of `searches` that were pushed as a conjunct, exactly.
  [[nodiscard]] const std::set<std::int32_t>& pushed_searches() const { return searches_; }

 private:
  void collect(const Scope& scope, const Node& node, std::vector<Node> applicable);
  [[nodiscard]] std::string own_conditions(const Occurrence& at);
  [[nodiscard]] std::string join_keys(const Occurrence& at, std::set<const Occurrence*> from);
  [[nodiscard]] std::string build(const Occurrence& at, std::set<const Occurrence*> from);
  [[nodiscard]] std::string weaken(const Occurrence& at, const Node& node, bool conjunct);
  [[nodiscard]] std::string exact(const Occurrence& at, const Node& node);
  [[nodiscard]] std::string equality(const Occurrence& at, const Node& node, bool conjunct);
  [[nodiscard]] std::string superset(const Occurrence& at, const Node& node);
  /// Takes comparisons with range terms out of `conjuncts`; bounds of one column are joined.
  [[nodiscard]] std::vector<std::string> take_ranges(const Occurrence& at,
                                                     std::vector<Node>& conjuncts);
  [[nodiscard]] std::vector<RangeAtom> range_atoms(const Occurrence& at, const Node& node);
  [[nodiscard]] std::string range(const RangeAtom& atom, const RangeAtom* upper);
  [[nodiscard]] std::string bucket_list(const Occurrence& at, const Node& node);
  [[nodiscard]] bool gather(const Occurrence& at,
                            const Node& node,
                            std::vector<std::pair<sql::NodeRef, std::string>>& edits);
  [[nodiscard]] std::optional<sql::NodeRef> reference(const Node& node) const;
  [[nodiscard]] std::string value_sql(const ClientValue& value, const ValueUse& use);

  Lineage& lineage_;
  StatementEdit& edit_;
  std::vector<std::uint16_t> free_literals_;
  std::map<const Occurrence*, std::vector<Node>> applicable_;
  std::set<std::int32_t> searches_;
};

}  // namespace pgveil::policy
