#include "proxy/apply/schema_change.hpp"

#include "policy/sql/ddl_values.hpp"
#include "proxy/apply/ddl_on_twin.hpp"
#include "proxy/apply/index_plan.hpp"

#include <algorithm>
#include <functional>
#include <map>
#include <set>

namespace pgveil::proxy::apply {
namespace {

using keys::quote_name;
using keys::quote_text;

constexpr const char* kHint = "revert the table, change it, and apply the policy again";

/// What the statement does to one table.
class Comparison {
 public:
  Comparison(const ChangeRequest& request, SchemaChange& out) : request_(request), out_(out) {}

  void compare(const Versions& versions) {
    if (!versions.before && versions.after) {
      created(*versions.after);
    } else if (versions.before && !versions.after) {
      dropped(*versions.before);
    } else if (versions.before && versions.after) {
      changed(*versions.before, *versions.after, versions.initial);
    }
  }

  [[nodiscard]] bool concerns_sealed() const { return concerns_sealed_; }

 private:
  void problem(const std::string& where, std::string message, std::string remedy = kHint) {
    if (!out_.problem) {
      out_.problem = Problem{where, std::move(message), std::move(remedy)};
    }
  }

  const policy::SealedColumn* sealed(const TableState& table, const std::string& column) const {
    const policy::CatalogRelation* known = request_.catalog->relation(table.schema, table.name);
    const policy::CatalogColumn* found = known == nullptr ? nullptr : known->column(column);
    return found != nullptr && found->sealed ? &*found->sealed : nullptr;
  }

  [[nodiscard]] policy::ColumnAccess access(const TableState& table,
                                            const std::string& column) const {
    return request_.role->access(table.schema, table.name, column);
  }

  /// Tagged, and the role does not see its values: nothing may tell of them.
  [[nodiscard]] bool is_hidden(const TableState& table, const std::string& column) const {
    const policy::ColumnAccess seen = access(table, column);
    return (seen.tagged || sealed(table, column) != nullptr) && !seen.clear;
  }

  [[nodiscard]] bool any_tagged(const TableState& table) const {
    return std::ranges::any_of(table.columns, [&](const ColumnState& column) {
      return access(table, column.name).tagged || sealed(table, column.name) != nullptr;
    });
  }

  static std::string full(const TableState& table, const ColumnState& column) {
    return table.text_name() + '.' + column.name;
  }

  std::vector<ColumnChange> wanted(const TableState& table,
                                   const std::function<bool(const ColumnState&)>& is_new) const {
    std::vector<ColumnChange> changes;
    const policy::TablePolicy* rules = request_.role->table(table.schema, table.name);
    if (rules == nullptr) {
      return changes;
    }
    for (const policy::ColumnPolicy& rule : rules->columns) {
      const ColumnState* column = table.column(rule.name);
      if (rule.seal && column != nullptr && is_new(*column)) {
        changes.push_back({column->attnum, rule.field, rule.search, rule.pad,
                           request_.role->policy().file_name + ':' + std::to_string(rule.line)});
      }
    }
    return changes;
  }

  /// The client's, once, however many tables it is about.
  void own_statement() { own_statement(request_.sql); }

  void own_statement(const std::string& sql) {
    const auto same = [&](const ServerStatement& other) { return other.sql == sql; };
    if (std::ranges::none_of(out_.statements, same)) {
      out_.statements.push_back({sql, ""});
    }
  }

  /// The twin may not know yet what somebody else has just made: IF NOT EXISTS would leave that as it is.
  void refuse_if_there(const TablePlan& plan) {
    std::string names;
    for (const ColumnChange& change : plan.columns) {
      names += (names.empty() ? "" : ", ") + quote_text(plan.table.column(change.attnum)->name);
    }
    out_.absent.push_back(
        "EXISTS (SELECT FROM pg_catalog.pg_attribute WHERE attrelid = "
        "pg_catalog.to_regclass(" +
        quote_text(plan.table.sql_name()) +
        ") AND attnum > 0 AND NOT attisdropped AND attname IN (" + names + "))");
  }

  /// Makes the columns sealed while nothing is in them yet.
  void seal(TableState table, std::vector<ColumnChange> changes) {
    concerns_sealed_ = true;
    const std::string name = table.sql_name();
    TablePlan plan = plan_seal(std::move(table), std::move(changes), {});
    for (const Problem& found : plan.problems) {
      if (found.blocking) {
        return problem(found.where, found.message, found.remedy);
      }
    }
    std::set<std::string> names;
    for (const ColumnChange& change : plan.columns) {
      names.insert(plan.table.column(change.attnum)->name);
    }
    const auto bare = policy::sql::without_values_of(request_.sql, names);
    if (!bare) {
      return problem(plan.table.text_name(),
                     "a value in DEFAULT or CHECK of a sealed column would reach the server",
                     "write the type behind the value, as in '2000-01-01'::date");
    }
    refuse_if_there(plan);
    own_statement(*bare);
    for (const std::string& sql : plan.before) {
      out_.statements.push_back({sql, ""});
    }
    std::string alter = "ALTER TABLE ONLY " + name;
    for (const ColumnChange& change : plan.columns) {
      const ColumnState& column = *plan.table.column(change.attnum);
      const std::string type = quote_name("pgveil", column.base_name);
      const std::string quoted = quote_name(column.name);
      alter += (&change == plan.columns.data() ? " " : ", ");
      // A value that is there in spite of all would have to go: what it becomes is not sealed, so this fails.
      alter += "ALTER COLUMN " + quoted + " TYPE " + type + " USING CASE WHEN " + quoted +
               " IS NOT NULL THEN '\\x'::pg_catalog.bytea END::" + type + ", ALTER COLUMN " +
               quoted + " SET STORAGE EXTERNAL";
      out_.sealed.push_back({plan.table.schema, plan.table.name, column, change});
    }
    out_.statements.push_back({alter, ""});
    for (const std::string& sql : plan.after) {
      out_.statements.push_back({sql, ""});
    }
    out_.logical = std::move(plan.logical);
  }

  void created(const TableState& table) {
    std::vector<ColumnChange> changes = wanted(table, [](const ColumnState&) { return true; });
    if (!changes.empty()) {
      seal(table, std::move(changes));
    }
  }

  void dropped(const TableState& table) {
    if (any_tagged(table)) {
      out_.losing.emplace_back(table.schema, table.name);
    }
    const bool has_sealed = std::ranges::any_of(table.columns, [&](const ColumnState& column) {
      return sealed(table, column.name) != nullptr;
    });
    if (has_sealed) {
      concerns_sealed_ = true;
      own_statement();  // take_change forgets what is not there
    }
  }

  void changed(const TableState& before,
               const TableState& after,
               const std::map<std::int16_t, std::string>& initial) {
    if (!any_tagged(before) && !any_tagged(after)) {
      return;
    }
    if (before.schema != after.schema || before.name != after.name) {
      return problem(before.text_name(), "the policy knows the table by its name",
                     "rename it on the server, in the policy and in the programs");
    }
    if (changes_sealed(before, after) || adds_with_default(before, after, initial)) {
      return;
    }
    bool loses_sealed = false;
    for (const ColumnState& old : before.columns) {
      const ColumnState* now = after.column(old.attnum);
      const bool tagged = access(before, old.name).tagged || sealed(before, old.name) != nullptr;
      if (now == nullptr) {
        loses_sealed = loses_sealed || sealed(before, old.name) != nullptr;
        if (tagged) {
          out_.losing.emplace_back(before.schema, before.name);
        }
      } else {
        compare_column(before, old, *now, tagged);
      }
    }
    std::vector<ColumnChange> fresh = wanted(
        after, [&](const ColumnState& column) { return before.column(column.attnum) == nullptr; });
    const std::size_t new_columns = compare_new_columns(before, after);
    const bool moves_indexes = compare_indexes(before, after);
    compare_constraints(before, after);
    if (!out_.problem && moves_indexes && (new_columns > 0 || loses_sealed)) {
      return problem(after.text_name(),
                     "columns and indexes over sealed columns are changed in one statement",
                     "change them in statements of their own");
    }
    if (!fresh.empty() && !out_.problem) {
      TableState table = after;  // only what is new: the rest lies over terms already
      std::erase_if(table.indexes, [&](const IndexState& index) {
        return std::ranges::find(before.indexes, index.name, &IndexState::name) !=
               before.indexes.end();
      });
      seal(std::move(table), std::move(fresh));
    } else if (loses_sealed) {
      concerns_sealed_ = true;
      own_statement();
    }
  }

  /// Defaults and types of sealed columns are not the server's: such actions stand alone. Also where they
  /// change nothing, since the server would not know that.
  bool changes_sealed(const TableState& before, const TableState& after) {
    using Kind = policy::sql::AlterAction::Kind;
    std::vector<const ColumnState*> columns;
    const auto actions = policy::sql::alter_actions(request_.sql);
    for (const policy::sql::AlterAction& action : actions) {
      const ColumnState* now = action.kind == Kind::Other ? nullptr : after.column(action.column);
      const ColumnState* old = now == nullptr ? nullptr : before.column(now->attnum);
      if (old == nullptr || sealed(before, old->name) == nullptr) {
        continue;
      }
      const std::string name = full(before, *old);
      if (!widens(*old, *now)) {
        problem(name, name + ": the values of a sealed column cannot be converted to another type");
      }
      if (now->default_sql && now->default_sql->find("nextval(") != std::string::npos) {
        problem(name, name + ": a sealed column cannot take its default from a sequence",
                "give its values in the program");
      }
      columns.push_back(now);
    }
    if (columns.empty()) {
      return false;
    }
    if (columns.size() != actions.size()) {
      problem(before.text_name(), "sealed columns and others are changed in one statement",
              "change them in statements of their own");
    }
    concerns_sealed_ = true;
    for (const ColumnState* column : columns) {
      // Does nothing but ask whether the client may.
      out_.statements.push_back({"ALTER TABLE ONLY " + after.sql_name() + " ALTER COLUMN " +
                                     quote_name(column->name) + " SET STORAGE EXTERNAL",
                                 ""});
      out_.changed.push_back({after.schema, after.name, *column});
    }
    return true;
  }

  template <class Items>
  static bool same_names(const Items& before, const Items& after) {
    return std::ranges::all_of(after, [&](const auto& item) {
      return std::ranges::any_of(before,
                                 [&](const auto& other) { return other.name == item.name; });
    });
  }

  /// ADD COLUMN … DEFAULT 'x', alone: the rows that are there get the value sealed.
  bool adds_with_default(const TableState& before,
                         const TableState& after,
                         const std::map<std::int16_t, std::string>& initial) {
    std::vector<ColumnChange> fresh = wanted(
        after, [&](const ColumnState& column) { return before.column(column.attnum) == nullptr; });
    const bool alone = fresh.size() == 1 && after.columns.size() == before.columns.size() + 1 &&
                       policy::sql::alter_actions(request_.sql).size() == 1 &&
                       same_names(before.indexes, after.indexes) &&
                       same_names(before.constraints, after.constraints);
    if (!alone || !initial.contains(fresh.front().attnum)) {
      return false;
    }
    const ColumnState& column = *after.column(fresh.front().attnum);
    TableState table = after;
    table.indexes.clear();
    const TablePlan plan = plan_seal(std::move(table), std::move(fresh), {});
    for (const Problem& found : plan.problems) {
      if (found.blocking) {
        problem(found.where, found.message, found.remedy);
        return true;
      }
    }
    concerns_sealed_ = true;
    refuse_if_there(plan);
    const std::string alter = "ALTER TABLE ONLY " + after.sql_name();
    const std::string type = quote_name("pgveil", column.base_name);
    const std::string name = quote_name(column.name);
    out_.statements.push_back({alter + " ADD COLUMN " + name + ' ' + type + " DEFAULT '\\x" +
                                   std::string(kInitialValue) + "'::" + type +
                                   (column.not_null ? " NOT NULL" : ""),
                               ""});
    out_.statements.push_back({alter + " ALTER COLUMN " + name + " DROP DEFAULT, ALTER COLUMN " +
                                   name + " SET STORAGE EXTERNAL",
                               ""});
    out_.sealed.push_back(
        {after.schema, after.name, column, plan.columns.front(), initial.at(column.attnum)});
    return true;
  }

  /// Every value of the old type is one of the new, in the same bytes.
  static bool widens(const ColumnState& old, const ColumnState& now) {
    constexpr policy::TypeOid kVarchar = 1043;
    if (old.type_sql == now.type_sql && old.collation_sql == now.collation_sql) {
      return true;
    }
    return old.collation_sql == now.collation_sql && old.base_type == kVarchar &&
           now.base_type == kVarchar &&
           (now.typmod < 0 || (old.typmod >= 0 && now.typmod >= old.typmod));
  }

  void compare_column(const TableState& table,
                      const ColumnState& old,
                      const ColumnState& now,
                      bool tagged) {
    const std::string name = full(table, old);
    if (old.name != now.name && (tagged || access(table, now.name).tagged)) {
      return problem(name, name + ": the policy knows the column by its name",
                     "rename it on the server, in the policy and in the programs");
    }
    const bool retyped = old.type_sql != now.type_sql || old.collation_sql != now.collation_sql;
    if (retyped && tagged && (sealed(table, old.name) != nullptr || is_hidden(table, old.name))) {
      problem(name, name +
                        ": an error of the conversion would tell of values that the role does not "
                        "see in clear");
    }
  }

  std::size_t compare_new_columns(const TableState& before, const TableState& after) {
    std::size_t count = 0;
    for (const ColumnState& column : after.columns) {
      if (before.column(column.attnum) != nullptr) {
        continue;
      }
      ++count;
      const std::string name = full(after, column);
      if (column.generated) {
        problem(name,
                name + ": a generated column of a tagged table would compute with stored values",
                "compute it in the query");
      }
      if (column.default_sql && access(after, column.name).sealed_in_policy) {
        problem(name, name + ": rows that are there would get its default in plaintext",
                "add the column without DEFAULT, then UPDATE the rows");
      }
    }
    return count;
  }

  [[nodiscard]] AttributeSet sealed_columns(const TableState& table) const {
    AttributeSet set;
    for (const ColumnState& column : table.columns) {
      if (sealed(table, column.name) != nullptr) {
        set.insert(column.attnum);
      }
    }
    return set;
  }

  static bool touches(const AttributeSet& columns, const AttributeSet& others) {
    return std::ranges::any_of(columns, [&](std::int16_t n) { return others.contains(n); });
  }

  bool names_hidden(const TableState& table, const AttributeSet& columns) {
    return std::ranges::any_of(columns, [&](std::int16_t attnum) {
      const ColumnState* column = table.column(attnum);
      return column != nullptr && is_hidden(table, column->name);
    });
  }

  /// Whether an index over sealed columns came or went.
  bool compare_indexes(const TableState& before, const TableState& after) {
    const AttributeSet sealed_now = sealed_columns(after);
    bool moved = false;
    for (const IndexState& index : after.indexes) {
      if (std::ranges::find(before.indexes, index.name, &IndexState::name) !=
          before.indexes.end()) {
        continue;
      }
      if (names_hidden(after, index.columns) && !all_new(before, index.columns)) {
        problem(after.text_name(),
                "an index over columns that the role does not see in clear would "
                "tell of their values");
      } else if (touches(index.columns, sealed_now)) {
        moved = true;
        add_index(after, index);
      }
    }
    for (const IndexState& index : before.indexes) {
      if (std::ranges::find(after.indexes, index.name, &IndexState::name) != after.indexes.end() ||
          !touches(index.columns, sealed_columns(before))) {
        continue;
      }
      out_.gone.push_back({index.constraint ? "constraint" : "index", before.schema, before.name,
                           index.constraint.value_or(index.name)});
      if (still_there(after, index.columns)) {  // else it goes with its column
        moved = true;
        const std::string name = quote_name(before.schema, index.name);
        out_.statements.push_back({"DROP INDEX " + name, name});
      }
    }
    concerns_sealed_ = concerns_sealed_ || moved;
    return moved;
  }

  static bool all_new(const TableState& before, const AttributeSet& columns) {
    return std::ranges::none_of(
        columns, [&](std::int16_t attnum) { return before.column(attnum) != nullptr; });
  }

  static bool still_there(const TableState& after, const AttributeSet& columns) {
    return std::ranges::all_of(
        columns, [&](std::int16_t attnum) { return after.column(attnum) != nullptr; });
  }

  void add_index(const TableState& table, const IndexState& index) {
    TablePlan plan;
    plan.table = table;
    for (const ColumnState& column : table.columns) {
      if (const policy::SealedColumn* known = sealed(table, column.name)) {
        plan.columns.push_back({column.attnum, "", known->terms, 0, ""});
      }
    }
    plan_index(plan, index);
    if (!plan.problems.empty()) {
      const Problem& found = plan.problems.front();
      return problem(found.where, found.message, found.remedy);
    }
    for (const std::string& sql : plan.after) {
      out_.statements.push_back({sql, ""});
    }
    for (LogicalObject& object : plan.logical) {
      out_.logical.push_back(std::move(object));
    }
  }

  void compare_constraints(const TableState& before, const TableState& after) {
    const AttributeSet sealed_now = sealed_columns(after);
    for (const ConstraintState& constraint : after.constraints) {
      if (std::ranges::find(before.constraints, constraint.name, &ConstraintState::name) !=
          before.constraints.end()) {
        continue;
      }
      if (touches(constraint.columns, sealed_now)) {
        problem(after.text_name(),
                constraint.description + " would compare sealed values on the server",
                "leave the column unsealed, or check it in the program");
      } else if (names_hidden(after, constraint.columns) && !all_new(before, constraint.columns)) {
        problem(after.text_name(),
                "a constraint over columns that the role does not see in clear "
                "would tell of their values");
      }
    }
    for (const ConstraintState& constraint : before.constraints) {
      const bool stays = std::ranges::find(after.constraints, constraint.name,
                                           &ConstraintState::name) != after.constraints.end();
      if (!stays && constraint.type == 'c' && touches(constraint.columns, sealed_columns(before))) {
        concerns_sealed_ = true;
        out_.gone.push_back({"check", before.schema, before.name, constraint.name});
      }
    }
  }

  const ChangeRequest& request_;
  SchemaChange& out_;
  bool concerns_sealed_ = false;
};

}  // namespace

Result<SchemaChange> plan_change(keys::PgConnection& twin, const ChangeRequest& request) {
  if (auto begun = twin.query("BEGIN"); !begun) {
    return from_keys(begun.error());
  }
  auto tables = run_on_twin(twin, request);
  static_cast<void>(twin.query("ROLLBACK"));
  if (!tables) {
    return tables.error();
  }
  SchemaChange change;
  Comparison comparison(request, change);
  for (const auto& [oid, versions] : *tables) {
    comparison.compare(versions);
  }
  change.plain = !comparison.concerns_sealed() && !change.problem;
  return change;
}

}  // namespace pgveil::proxy::apply
