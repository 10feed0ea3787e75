#include "policy/rewrite/split_write.hpp"

#include "policy/lineage/sql_text.hpp"
#include "policy/rewrite/leaf.hpp"
#include "policy/rewrite/split_builder.hpp"
#include "policy/rewrite/write_column.hpp"

#include <algorithm>
#include <set>

namespace pgveil::policy {
namespace {

constexpr TypeOid kText = 25, kBpchar = 1042;
constexpr std::size_t kMaxParameters = 60'000;
constexpr std::string_view kNew = "pgveil_new";

Refuse cannot(std::string why, std::string column = {}) {
  return refusal(
      Rule::SealedColumnExpression,
      "the server cannot do this write over sealed or masked columns: " + std::move(why),
      "compute the value in the program and write it as a parameter, or find the rows by a "
      "plain key or by equality",
      std::move(column));
}

class WriteBuilder {
 public:
  WriteBuilder(const RewriteInput& input, Evidence& evidence)
      : input_(input),
        lineage_(*input.lineage),
        evidence_(evidence),
        top_(lineage_.tree.top()),
        facts_(lineage_.syntax.facts()),
        target_(lineage_.occurrence(top_, top_.result_relation)),
        answer_(lineage_.tree, lineage_.syntax, lineage_.catalog, lineage_.role),
        builder_(input, evidence),
        edit_(lineage_.syntax, input.parameter_types) {}

  std::variant<Split, Refuse> build() {
    if (auto refused = check_target()) {
      return *refused;
    }
    if (auto refused = who_answers()) {
      return *refused;
    }
    if (auto refused = check_checks()) {
      return *refused;
    }
    if (auto refused = build_slice()) {
      return *refused;
    }
    if (auto refused = choose_columns()) {
      return *refused;
    }
    if (!edit_twin() || !write_sql()) {
      return cannot("it could not be rewritten");
    }
    auto split = builder_.finish();
    if (auto* made = std::get_if<Split>(&split)) {
      made->write = std::move(write_);
    }
    return split;
  }

 private:
  [[nodiscard]] std::optional<Refuse> check_target() {
    if (target_ == nullptr) {
      return cannot("its target is not known");
    }
    const CatalogRelation& relation = *target_->relation;
    const auto& tables = lineage_.syntax.tables();
    const auto named = std::ranges::find_if(tables, [](const sql::TableRef& table) {
      return table.use == sql::TableRef::Use::InsertTarget ||
             table.use == sql::TableRef::Use::UpdateTarget ||
             table.use == sql::TableRef::Use::DeleteTarget;
    });
    if (named == tables.end() || named->name != relation.name || relation.kind != 'r' ||
        relation.has_children || (relation.session_only && !relation.is_temporary()) ||
        target_->scope->in_view) {
      return cannot("its target is not a plain table");
    }
    if (named->only) {
      return cannot("ONLY is not understood here");
    }
    if (facts_.where_current_of) {
      return cannot("WHERE CURRENT OF finds its row by a cursor");
    }
    if (facts_.default_mixed || facts_.default_values) {
      return cannot("DEFAULT stands in some of its rows only");
    }
    if (target_->row_filter != nullptr && facts_.on_conflict_update) {
      return cannot("ON CONFLICT could change a row that the role does not see");
    }
    if (input_.parameter_types.size() + relation.columns.size() > kMaxParameters) {
      return cannot("it has too many parameters");
    }
    return check_write_reads(lineage_);
  }

  // RETURNING and ON CONFLICT, once the rows are known.
  [[nodiscard]] std::optional<Refuse> who_answers() {
    const bool understood = answer_.run_answer();
    const Occurrence* at = understood ? answer_.occurrence(top_, top_.result_relation) : nullptr;
    if (at == nullptr) {
      return cannot("RETURNING or ON CONFLICT is not understood");
    }
    const bool masked = std::ranges::any_of(at->read, [&](std::int16_t attnum) {
      return answer_.view_of(*at, attnum).replaced_at_leaf;
    });
    const bool spelled_by_twin = std::ranges::any_of(answer_.outputs, [&](const Flow& flow) {
      return flow.kind == Flow::Kind::AsIs && input_.native_output &&
             !input_.native_output(flow.column.view->column->sealed->base_type);
    });
    if (answer_.obstacle.empty() && !masked && !spelled_by_twin) {
      return std::nullopt;
    }
    const std::string why = !answer_.obstacle.empty() ? answer_.obstacle
                            : masked                  ? "RETURNING reads a masked column"
                                     : "the text form of a value depends on the session's settings";
    if (facts_.on_conflict) {
      return cannot(why, answer_.obstacle_column);
    }
    const CatalogRelation& relation = *target_->relation;
    const bool changed_by_trigger = top_.command == Command::Insert   ? relation.before_insert
                                    : top_.command == Command::Update ? relation.before_update
                                                                      : relation.before_delete;
    if (changed_by_trigger) {
      return cannot("a trigger may change what RETURNING computes with", answer_.obstacle_column);
    }
    for (const auto* used : {&target_->read, &target_->searched}) {
      for (const std::int16_t attnum : *used) {
        if (!twin_knows(attnum)) {
          return cannot("RETURNING computes with a value that the server makes",
                        answer_.obstacle_column);
        }
      }
    }
    write_.answered_by_twin = true;
    return std::nullopt;
  }

  [[nodiscard]] bool twin_knows(std::int16_t attnum) {
    const ColumnView& view = lineage_.view_of(*target_, attnum);
    const CatalogColumn& column = *view.column;
    if (column.generated_stored || lineage_.defaulted.contains(attnum)) {
      return false;
    }
    if (top_.command != Command::Insert) {
      return true;
    }
    return view.access.clear || !view.access.tagged;
  }

  /// What a CHECK names must be in the twin's row as it is on the server's.
  [[nodiscard]] std::optional<Refuse> check_checks() {
    const CatalogRelation& relation = *target_->relation;
    const bool inserts = top_.command == Command::Insert;
    const bool triggered = inserts ? relation.before_insert : relation.before_update;
    for (const CheckConstraint* check : input_.checks) {
      const auto cannot_hold = [&](const char* why) {
        return cannot("the CHECK constraint " + check->name + " " + why,
                      relation.schema + "." + relation.name);
      };
      for (const std::int16_t attnum : check->columns) {
        const CatalogColumn* column = relation.column(attnum);
        if (column == nullptr || column->generated_stored) {
          return cannot_hold("names a column that the server computes");
        }
        const bool given = !lineage_.defaulted.contains(attnum) &&
                           (inserts || target_->entry->updated.contains(attnum));
        const ColumnAccess& access = lineage_.view_of(*target_, attnum).access;
        if (!given && inserts && (column->has_default || column->identity != 0)) {
          return cannot_hold("names a column that is given its default");
        }
        if (!given && !inserts && lineage_.defaulted.contains(attnum)) {
          return cannot_hold("names a column that is given its default");
        }
        if (!given && !inserts && access.tagged && !access.clear) {
          return cannot_hold("names a column that the role does not see");
        }
        if (triggered && !column->sealed) {
          return cannot_hold("names a column that a trigger may change");
        }
        if (facts_.on_conflict_update && target_->entry->updated.contains(attnum)) {
          return cannot_hold("names a column that ON CONFLICT changes");
        }
        write_columns_needed_.insert(attnum);
      }
      write_.checks.push_back(check->name);
    }
    write_.schema = relation.schema;
    write_.table = relation.name;
    return std::nullopt;
  }

  [[nodiscard]] std::string violation() const {
    std::string sql = "(CASE";
    for (std::size_t i = 0; i < input_.checks.size(); ++i) {
      sql += " WHEN NOT (" + input_.checks[i]->expression + ") THEN " + std::to_string(i);
    }
    return sql + " END)::pg_catalog.text";
  }

  [[nodiscard]] std::optional<Refuse> build_slice() {
    std::vector<LockedTarget> locked;
    if (top_.command != Command::Insert) {
      locked.push_back(
          {target_, touches_key() ? "FOR UPDATE" : "FOR NO KEY UPDATE", write_columns_needed_, {}});
    }
    if (auto refused = builder_.add_relations(locked)) {
      return refused;
    }
    if (auto refused = builder_.take_searches()) {
      return refused;
    }
    if (auto refused = builder_.take_server_values()) {
      return refused;
    }
    builder_.count_slice_subjects(target_);
    return std::nullopt;
  }

  /// As PostgreSQL locks: an update of no key leaves foreign keys alone.
  [[nodiscard]] bool touches_key() const {
    if (top_.command == Command::Delete) {
      return true;
    }
    return std::ranges::any_of(target_->relation->keys, [&](const UniqueKey& key) {
      return std::ranges::any_of(key.columns, [&](std::int16_t attnum) {
        return target_->entry->updated.contains(attnum);
      });
    });
  }

  [[nodiscard]] std::optional<Refuse> choose_columns() {
    if (top_.command == Command::Delete) {
      write_.rows = WriteBack::Rows::Deleted;
      return std::nullopt;
    }
    const bool inserts = top_.command == Command::Insert;
    write_.rows = inserts ? WriteBack::Rows::Inserted : WriteBack::Rows::Updated;
    for (const CatalogColumn& column : target_->relation->columns) {
      const auto& given = inserts ? target_->entry->inserted : target_->entry->updated;
      const auto made =
          std::ranges::find(lineage_.sealed_defaults, column.attnum, &SealedDefault::attnum);
      if (made != lineage_.sealed_defaults.end()) {
        if (auto refused = add_default(column, *made)) {
          return refused;
        }
      } else if (given.contains(column.attnum) && !lineage_.defaulted.contains(column.attnum)) {
        if (auto refused = stays_sealed(column)) {
          return refused;
        }
        add_column(column, quote_identifier(inserts ? target_->entry->alias : std::string("new")) +
                               "." + quote_identifier(column.name));
      }
    }
    if (!input_.checks.empty()) {
      values_.push_back(violation());
    }
    return values_.empty() && inserts ? std::optional(cannot("it gives no value to any column"))
                                      : std::nullopt;
  }

  /// What comes from sealed columns is not stored in the clear.
  [[nodiscard]] std::optional<Refuse> stays_sealed(const CatalogColumn& column) {
    const auto entry = std::ranges::find(top_.targets, column.attnum, &TargetEntry::number);
    const ColumnView* carried = column.sealed || entry == top_.targets.end()
                                    ? nullptr
                                    : lineage_.carried_by(top_, entry->expr);
    if (!lineage_.carried_known) {
      return cannot("what would be stored in column " + column.name +
                    " may come from sealed columns");
    }
    if (carried == nullptr) {
      return std::nullopt;
    }
    const CatalogRelation& relation = *target_->relation;
    return refusal(Rule::SealedColumnExpression,
                   "what comes from the sealed column " + carried->column->name +
                       " would be stored in column " + column.name + " of table " + relation.name +
                       ", which is not sealed",
                   relation.is_temporary()
                       ? "make the temporary table from a query: CREATE TEMP TABLE … AS SELECT …"
                       : "add the column to the policy with seal = true and run pgveil apply",
                   relation.schema + "." + relation.name + "." + column.name);
  }

  [[nodiscard]] std::optional<Refuse> add_default(const CatalogColumn& column,
                                                  const SealedDefault& made) {
    const bool one_row = facts_.values && facts_.values_rows == 1;
    if (made.per_row && !one_row) {
      return cannot("the default of " + column.name + " is a new value for each row");
    }
    const std::string value =
        made.server
            ? builder_.twin_value(column.default_sql, lineage_.catalog.base_type(column.type))
            : "(" + column.default_sql +
                  ")::" + type_sql(lineage_.catalog, lineage_.catalog.base_type(column.type), -1);
    if (value.empty()) {
      return cannot("the default of " + column.name + " cannot be computed");
    }
    add_column(column, value);
    return std::nullopt;
  }

  void add_column(const CatalogColumn& column, std::string value) {
    WriteColumn made = plain_column(lineage_.catalog, column.name, column.type);
    if (column.sealed) {
      ValueUse use;
      use.kind = ValueUse::Kind::Seal;
      use.field = column.sealed->field;
      use.base_type = column.sealed->base_type;
      use.typmod = column.sealed->typmod;
      use.terms = column.sealed->terms;
      use.pad = lineage_.view_of(*target_, column.attnum).access.pad;
      use.value_type = use.base_type;
      made.sealed = use;
      made.element = kBytea;
      made.format = 1;
    }
    write_.columns.push_back(std::move(made));
    values_.push_back(std::move(value));
  }

  [[nodiscard]] bool edit_twin() {
    sql::SyntaxTree& tree = builder_.twin().tree();
    if (write_.rows != WriteBack::Rows::Inserted) {
      builder_.slice().changed_rows = changed_rows_sql();
      return write_.answered_by_twin || tree.set_outputs({});
    }
    if (facts_.on_conflict && !tree.drop_on_conflict()) {
      return false;
    }
    if (write_.answered_by_twin) {
      return static_cast<bool>(tree.append_outputs(values_));
    }
    std::vector<std::pair<std::string, std::string>> outputs;
    for (const std::string& value : values_) {
      outputs.emplace_back(value, "pgveil_" + std::to_string(outputs.size() + 1));
    }
    return static_cast<bool>(tree.set_outputs(outputs));
  }

  /// What the twin reads from the rows that the statement changed; they are called `new`.
  [[nodiscard]] std::string changed_rows_sql() const {
    std::string sql = "new." + std::string(kTargetRow);
    for (const std::string& value : values_) {
      sql += ", " + value;
    }
    return sql;
  }

  [[nodiscard]] std::string array(std::size_t index, const std::string& type) {
    const auto number = static_cast<std::uint16_t>(input_.parameter_types.size() + 1 + index);
    return edit_.slot_sql({{ValueSource::From::Parameter, number}, {}}) + "::" + type + "[]";
  }

  [[nodiscard]] bool write_sql() {
    const std::string& alias = target_->entry->alias;
    if (!edit_.apply(answer_.edits) ||
        (!answer_.conflict_target.empty() &&
         !edit_.tree().replace_conflict_target(answer_.conflict_target)) ||
        !edit_.tree().replace_write(statement(alias), alias)) {
      return false;
    }
    if (write_.answered_by_twin) {
      if (!edit_.tree().set_outputs({})) {
        return false;
      }
    } else {
      for (const Flow& flow : answer_.outputs) {
        write_.outputs.push_back(output_of(flow));
      }
    }
    if (!append_subjects(answer_, edit_, write_.outputs, evidence_) ||
        !edit_.renumber_parameters()) {
      return false;
    }
    auto sql = edit_.finish(input_.free_literals);
    if (!sql) {
      return false;
    }
    write_.server_sql = std::move(*sql);
    write_.server_parameters = edit_.server_parameters();
    return true;
  }

  [[nodiscard]] std::string statement(const std::string& alias) {
    const CatalogRelation& relation = *target_->relation;
    std::string table = qualified(relation.schema, relation.name);
    if (alias != relation.name) {
      table += " AS " + quote_identifier(alias);
    }
    const bool by_row = write_.rows != WriteBack::Rows::Inserted;
    const std::string rows = array_of_rows(by_row);
    if (write_.rows == WriteBack::Rows::Deleted) {
      return "DELETE FROM " + table + " WHERE " + quote_identifier(alias) + ".ctid = ANY (" + rows +
             ")";
    }
    std::string names;
    std::string values;
    std::string assigned;
    std::string arrays = by_row ? "pg_catalog.unnest(" + rows + ")" : "";
    std::string columns = by_row ? std::string(kTargetRow) : "";
    for (std::size_t i = 0; i < write_.columns.size(); ++i) {
      const WriteColumn& column = write_.columns[i];
      const std::string name = quote_identifier(column.name);
      const std::string made = "pgveil_" + std::to_string(i + 1);
      arrays += (arrays.empty() ? "" : ", ") +
                ("pg_catalog.unnest(" +
                 array(i + (by_row ? 1 : 0), type_sql(lineage_.catalog, column.element, -1)) + ")");
      columns += (columns.empty() ? "" : ", ") + made;
      const std::string value = std::string(kNew) + "." + made + cast_of(column);
      names += (names.empty() ? "" : ", ") + name;
      values += (values.empty() ? "" : ", ") + value;
      assigned += (assigned.empty() ? "" : ", ") + name + " = " + value;
    }
    for (const std::string& name : facts_.default_columns) {
      const auto sent = std::ranges::find(write_.columns, name, &WriteColumn::name);
      if (sent == write_.columns.end()) {
        assigned += (assigned.empty() ? "" : ", ") + quote_identifier(name) + " = DEFAULT";
      }
    }
    const std::string source =
        " FROM ROWS FROM (" + arrays + ") AS " + std::string(kNew) + " (" + columns + ")";
    if (!by_row) {
      return "INSERT INTO " + table + " (" + names + ") SELECT " + values + source;
    }
    return "UPDATE " + table + " SET " + assigned + source + " WHERE " + quote_identifier(alias) +
           ".ctid = " + std::string(kNew) + "." + std::string(kTargetRow);
  }

  [[nodiscard]] std::string array_of_rows(bool by_row) {
    return by_row ? array(0, "pg_catalog.tid") : std::string();
  }

  [[nodiscard]] std::string cast_of(const WriteColumn& column) const {
    const CatalogColumn& target = *target_->relation->column(column.name);
    if (column.element != kText || target.type == kText || target.type == kBpchar) {
      return {};
    }
    return "::" + type_sql(lineage_.catalog, target.type, -1);
  }

  const RewriteInput& input_;
  Lineage& lineage_;
  Evidence& evidence_;
  const Scope& top_;
  const sql::StatementFacts& facts_;
  Occurrence* target_;
  Lineage answer_;
  SplitBuilder builder_;
  StatementEdit edit_;
  WriteBack write_;
  std::set<std::int16_t> write_columns_needed_;
  std::vector<std::string> values_;  // SQL of the twin's, per column
};

}  // namespace

std::variant<Split, Refuse> build_split_write(const RewriteInput& input, Evidence& evidence) {
  return WriteBuilder(input, evidence).build();
}

}  // namespace pgveil::policy
