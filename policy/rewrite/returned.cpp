#include "policy/rewrite/returned.hpp"

#include "policy/lineage/sql_text.hpp"
#include "policy/rewrite/leaf.hpp"

#include <algorithm>
#include <set>

namespace pgveil::policy {
namespace {

class ReturnedBuilder {
 public:
  ReturnedBuilder(const RewriteInput& input, Evidence& evidence)
      : input_(input),
        whole_(*input.lineage),
        evidence_(evidence),
        write_(whole_.tree, whole_.syntax, whole_.catalog, whole_.role),
        answer_(whole_.tree, whole_.syntax, whole_.catalog, whole_.role),
        twin_(whole_.syntax, input.parameter_types) {}

  std::optional<Split> build() {
    if (!applies() || !add_columns() || !twin_.tree().select_returning(table())) {
      return std::nullopt;
    }
    auto twin_sql = twin_.finish(input_.free_literals);
    RewriteInput input = input_;
    input.lineage = &write_;
    input.returned = &cells_;
    std::string why;
    Evidence unused;
    auto in_place = twin_sql ? build_in_place(input, unused, why) : std::nullopt;
    if (!in_place) {
      return std::nullopt;
    }
    Split split;
    split.returned = true;
    split.server_sql = std::move(in_place->server_sql);
    split.server_parameters = std::move(in_place->server_parameters);
    slice_.output_count = static_cast<std::uint16_t>(cells_.size());
    slice_.twin_sql = std::move(*twin_sql);
    split.slice = std::move(slice_);
    return split;
  }

 private:
  [[nodiscard]] bool applies() {
    const Scope& top = whole_.tree.top();
    if (!whole_.syntax.facts().returning || whole_.modifies_in_cte || !input_.checks.empty() ||
        whole_.tree.top().command == Command::Merge) {
      return false;
    }
    const auto others = std::ranges::count_if(top.range, [&](const RangeEntry& entry) {
      return entry.reached && entry.index != top.result_relation;
    });
    if (top.command != Command::Insert && others > 0) {
      return false;  // RETURNING could name them, and so could not be told apart from the target
    }
    if (!write_.run_write() || !write_.obstacle.empty() || !write_.searches.empty() ||
        !answer_.run_answer() || !answer_.server_values.empty() ||
        !answer_.volatile_function.empty() || answer_.unaddressable_server_value ||
        has_sub_links()) {
      return false;
    }
    target_ = answer_.occurrence(top, top.result_relation);
    return target_ != nullptr && is_named(*target_->relation) && !target_->system_columns &&
           target_->relation->kind == 'r' && !target_->relation->has_children &&
           !target_->scope->in_view;
  }

  /// Not a view of it, whose columns may have other names.
  [[nodiscard]] bool is_named(const CatalogRelation& relation) const {
    using Use = sql::TableRef::Use;
    return std::ranges::any_of(whole_.syntax.tables(), [&](const sql::TableRef& table) {
      return (table.use == Use::InsertTarget || table.use == Use::UpdateTarget ||
              table.use == Use::DeleteTarget) &&
             table.name == relation.name;
    });
  }

  /// A sub-select in RETURNING reads tables of its own.
  [[nodiscard]] bool has_sub_links() const {
    return std::ranges::any_of(whole_.tree.top().returning, [](const TargetEntry& entry) {
      return contains_sub_link(entry.expr);
    });
  }

  [[nodiscard]] static bool contains_sub_link(const Node& node) {
    if (is(node, "SUBLINK")) {
      return true;
    }
    if (node.kind() == Node::Kind::Object || node.kind() == Node::Kind::List) {
      for (const Node child : node) {
        if (contains_sub_link(child)) {
          return true;
        }
      }
    }
    return false;
  }

  [[nodiscard]] bool add_columns() {
    cells_.emplace_back("(0)::pg_catalog.int4", "pgveil_tag");
    relation_.schema = target_->relation->schema;
    relation_.name = target_->relation->name;
    for (const CatalogColumn& column : target_->relation->columns) {
      if (target_->read.contains(column.attnum) && !add_column(column.attnum)) {
        return false;
      }
    }
    add_subject();
    slice_.relations.push_back(std::move(relation_));
    return true;
  }

  [[nodiscard]] bool add_column(std::int16_t attnum) {
    const ColumnView& view = answer_.view_of(*target_, attnum);
    SliceColumn column;
    column.name = view.column->name;
    column.type = view.column->type;
    column.output = static_cast<std::uint16_t>(cells_.size());
    std::string cell;
    if (view.flows_sealed) {
      Flow flow;
      flow.kind = Flow::Kind::AsIs;
      flow.column = {target_, &view};
      column.sealed = output_of(flow);
      cell = quote_identifier(column.name) + "::pg_catalog.bytea";
    } else {
      const CatalogType* type = whole_.catalog.type(column.type);
      if (type == nullptr || type->send_function.empty()) {
        return false;
      }
      cell = type->send_function + "(" + column_sql(whole_.catalog, view) + ")";
    }
    cells_.emplace_back(std::move(cell), "pgveil_" + std::to_string(cells_.size()));
    relation_.columns.push_back(std::move(column));
    return true;
  }

  void add_subject() {
    if (target_->table == nullptr || target_->table->subject.empty()) {
      return;
    }
    const CatalogColumn* subject = target_->relation->column(target_->table->subject);
    if (subject == nullptr || answer_.view_of(*target_, subject->attnum).flows_sealed) {
      evidence_.subjects_complete = false;
      return;
    }
    const std::string name = relation_.schema + "." + relation_.name + "." + subject->name;
    const auto same = std::ranges::find(evidence_.subjects, name);
    relation_.subject_table = static_cast<std::uint16_t>(same - evidence_.subjects.begin());
    if (same == evidence_.subjects.end()) {
      evidence_.subjects.push_back(name);
    }
    relation_.subject_output = static_cast<std::uint16_t>(cells_.size());
    cells_.emplace_back(
        "pg_catalog.textsend((" + quote_identifier(subject->name) + ")::pg_catalog.text)",
        "pgveil_" + std::to_string(cells_.size()));
    // Other tables that the write reads are out of reach.
    for (const Occurrence& at : write_.occurrences) {
      const bool read = !at.read.empty() || !at.searched.empty();
      const bool target =
          at.entry->index == whole_.tree.top().result_relation && at.scope == &whole_.tree.top();
      if (read && !target && at.use == Occurrence::Use::Read && at.table != nullptr &&
          !at.table->subject.empty()) {
        evidence_.subjects_complete = false;
      }
    }
  }

  [[nodiscard]] std::string table() const {
    std::string sql = qualified(target_->relation->schema, target_->relation->name);
    if (target_->entry->alias != target_->relation->name) {
      sql += " AS " + quote_identifier(target_->entry->alias);
    }
    return sql;
  }

  const RewriteInput& input_;
  Lineage& whole_;
  Evidence& evidence_;
  Lineage write_;
  Lineage answer_;
  StatementEdit twin_;
  Occurrence* target_ = nullptr;
  Slice slice_;
  SliceRelation relation_;
  std::vector<std::pair<std::string, std::string>> cells_;
};

}  // namespace

std::optional<Split> build_returned(const RewriteInput& input, Evidence& evidence) {
  return ReturnedBuilder(input, evidence).build();
}

}  // namespace pgveil::policy
