#pragma once

/// Inside policy/rewrite: puts a slice together. One arm per relation, an arm for the server's own values, and
/// the edits that make the client's statement one that the twin can run over the slice.
/// Order: add_relations, take_searches, take_server_values, subjects, edits of twin(), finish.

#include "policy/rewrite/copies.hpp"
#include "policy/rewrite/pushdown.hpp"
#include "policy/rewrite/split.hpp"
#include "policy/rewrite/statement_edit.hpp"

#include <optional>
#include <set>
#include <string>
#include <vector>

namespace pgveil::policy {

/// One relation with all its appearances in the statement.
struct NeededRelation {
  const CatalogRelation* relation = nullptr;
  std::vector<Occurrence*> occurrences;
  std::vector<std::int16_t> columns;
};

/// Columns of one arm, all bytea.
struct SliceArm {
  std::int32_t tag = 0;
  std::vector<std::string> cells;
  std::string from;  // with WHERE; empty for the server values
  std::string top;   // ORDER BY and FETCH FIRST, or empty
};

/// A table whose rows are locked, as those that a write changes, or have to be known afterwards.
struct LockedTarget {
  const Occurrence* at = nullptr;
  std::string lock;             // FOR UPDATE, FOR NO KEY UPDATE …; empty: not now
  std::set<std::int16_t> also;  // columns that are needed for more than the statement says
  std::string top;              // ORDER BY and LIMIT: which rows are locked
  bool keep = true;             // their ctid comes with them
};

/// The name of the slice's column that says which row of the server it is.
inline constexpr std::string_view kTargetRow = "pgveil_ctid";

/// What the server's row has in one of the slice's columns that are not columns of its table, for the twin.
[[nodiscard]] std::string kept_column_sql(const Occurrence& at, std::string_view column);

/// Of such a column, or another, in a sub-select that locks.
[[nodiscard]] std::string row_column_sql(const std::string& name);

[[nodiscard]] Refuse refusal(Rule rule,
                             std::string message,
                             std::string hint,
                             std::string column = {});

/// What no slice can answer.
[[nodiscard]] std::optional<Refuse> check_reads(const Lineage& lineage);
/// And what only a read can.
[[nodiscard]] std::optional<Refuse> check_write_reads(const Lineage& lineage);

class SplitBuilder {
 public:
  SplitBuilder(const RewriteInput& input, Evidence& evidence);

  [[nodiscard]] std::optional<Refuse> add_relations(const std::vector<LockedTarget>& targets);
  /// The server's ctid, xmin … take the place of the twin's; samples are the server's.
  [[nodiscard]] std::optional<Refuse> take_rows_of_server();
  /// ORDER BY and LIMIT of exactly the rows that a lock on this relation means; nothing: the server alone
  /// does not know them.
  [[nodiscard]] std::optional<std::string> rows_to_lock(const Occurrence& at);
  [[nodiscard]] std::optional<Refuse> take_searches();
  [[nodiscard]] std::optional<Refuse> take_server_values();
  /// Patients by hidden outputs of what the twin runs; the rest by the rows of the slice.
  [[nodiscard]] bool append_subjects();
  /// Patients by the rows of the slice, but for those of `except`.
  void count_slice_subjects(const Occurrence* except);
  /// SQL of the server's, for the twin to use as a value.
  [[nodiscard]] std::string twin_value(const std::string& expression, TypeOid type);

  [[nodiscard]] StatementEdit& twin() { return twin_; }

  [[nodiscard]] Slice& slice() { return split_.slice; }

  [[nodiscard]] std::variant<Split, Refuse> finish();

 private:
  [[nodiscard]] std::optional<Refuse> add_relation(const NeededRelation& needed,
                                                   const LockedTarget* target);
  void add_row_columns(const NeededRelation& needed,
                       const LockedTarget* target,
                       SliceRelation& relation,
                       SliceArm& arm);
  [[nodiscard]] std::set<std::int16_t> system_columns_of(const CatalogRelation& relation) const;
  [[nodiscard]] std::optional<std::string> sample(const Occurrence& at);
  [[nodiscard]] std::optional<Refuse> take_samples(const NeededRelation& needed, std::string& sql);
  [[nodiscard]] std::int16_t any_plain_column(const Occurrence& at);
  [[nodiscard]] std::optional<Refuse> add_column(const Occurrence& at,
                                                 std::int16_t attnum,
                                                 SliceRelation& relation,
                                                 SliceArm& arm);
  [[nodiscard]] std::string where(const NeededRelation& needed);
  [[nodiscard]] std::string locked(const NeededRelation& needed,
                                   const LockedTarget& target,
                                   const SliceRelation& relation,
                                   const std::string& sampled);
  [[nodiscard]] std::vector<std::pair<sql::NodeRef, std::string>> values_in(const Node& call);
  [[nodiscard]] bool take_age(const Node& node);
  [[nodiscard]] bool replace_server_value(const std::string& text,
                                          TypeOid type,
                                          sql::NodeRef where);
  void count_subjects(const std::vector<const Occurrence*>& covered);
  [[nodiscard]] std::size_t relation_of(const Occurrence& at) const;
  [[nodiscard]] bool load_subject(std::size_t index, const Occurrence& at);
  [[nodiscard]] std::uint16_t subject_index(const std::string& column);
  [[nodiscard]] std::string server_text();

  const RewriteInput& input_;
  Lineage& lineage_;
  Evidence& evidence_;
  StatementEdit server_;
  StatementEdit twin_;
  Pushdown pushdown_;
  Copies copies_;
  Split split_;
  std::vector<SliceArm> arms_;
  std::vector<NeededRelation> needed_;
  SliceArm values_;
};

}  // namespace pgveil::policy
