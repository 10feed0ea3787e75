#include "policy/rewrite/filled_table.hpp"

#include "policy/lineage/sql_text.hpp"
#include "policy/rewrite/leaf.hpp"
#include "policy/rewrite/split_builder.hpp"
#include "policy/rewrite/write_column.hpp"

#include <algorithm>
#include <array>

namespace pgveil::policy {
namespace {

constexpr TypeOid kText = 25, kVarchar = 1043, kBpchar = 1042;
constexpr std::size_t kMaxParameters = 60'000;
constexpr std::uint16_t kPad = 16;
constexpr std::string_view kNew = "pgveil_new";

/// Domains over bytea that schema pgveil has, by logical type.
struct Domain {
  TypeOid type;
  const char* name;
};

constexpr std::array<Domain, 14> kDomains{{{25, "text"},
                                           {1043, "varchar"},
                                           {1042, "bpchar"},
                                           {21, "int2"},
                                           {23, "int4"},
                                           {20, "int8"},
                                           {16, "bool"},
                                           {1082, "date"},
                                           {1114, "timestamp"},
                                           {1184, "timestamptz"},
                                           {1700, "numeric"},
                                           {2950, "uuid"},
                                           {3802, "jsonb"},
                                           {17, "bytea"}}};

const char* domain_of(TypeOid base_type) {
  const auto found = std::ranges::find(kDomains, base_type, &Domain::type);
  return found == kDomains.end() ? nullptr : found->name;
}

class FilledBuilder {
 public:
  FilledBuilder(const RewriteInput& input, const FilledTable& table, Evidence& evidence)
      : input_(input),
        lineage_(*input.lineage),
        table_(table),
        evidence_(evidence),
        builder_(input, evidence),
        edit_(lineage_.syntax, input.parameter_types) {}

  std::variant<Split, Refuse> build() {
    if (lineage_.modifies_in_cte) {
      return refusal(Rule::SealedColumnExpression,
                     "a table cannot be filled by a WITH query that changes rows, where sealed or "
                     "masked columns take part",
                     "run the WITH query by itself, and fill the table by another");
    }
    if (auto refused = check_write_reads(lineage_)) {
      return *refused;
    }
    if (auto refused = check_policy()) {
      return *refused;
    }
    if (auto refused = build_slice()) {
      return *refused;
    }
    if (auto refused = choose_columns()) {
      return *refused;
    }
    auto sql = edit_.cut(statement());
    if (!sql) {
      return refusal(Rule::NotUnderstood, "the statement could not be rewritten", "simplify it");
    }
    write_.server_sql = std::move(*sql);
    write_.server_parameters = edit_.server_parameters();
    auto split = builder_.finish();
    if (auto* made = std::get_if<Split>(&split)) {
      made->write = std::move(write_);
      made->reason = "what it stores stays sealed";
    }
    return split;
  }

 private:
  /// What stays is protected by the policy, or not made.
  [[nodiscard]] std::optional<Refuse> check_policy() {
    if (!table_.stays) {
      return std::nullopt;
    }
    if (!table_.in_policy) {
      return refusal(
          Rule::SealedDdl,
          "table " + table_.name +
              " would keep values of tagged columns, and the policy seals none of its own",
          "make it TEMPORARY, or add to the policy: " + wanted_lines());
    }
    if (!table_.suffix.empty()) {  // the server would not run what notes its columns
      return refusal(Rule::SealedDdl, "WITH NO DATA cannot make table " + table_.name + " sealed",
                     "CREATE TABLE with its columns");
    }
    const std::string full = table_.schema + "." + table_.name;
    for (const FilledTable::Column& column : table_.columns) {
      const ColumnAccess access = lineage_.role.access(table_.schema, table_.name, column.name);
      if (!access.tagged) {
        continue;
      }
      if (!access.create) {
        return refusal(lineage_.role.role_name().empty() ? Rule::NoRole : Rule::VerbNotGranted,
                       "permission denied for column " + column.name + " of table " + table_.name,
                       std::string("The policy does not grant the verb create on class ") +
                           name(access.cls) + ".",
                       full + "." + column.name);
      }
      evidence_.columns.push_back({full, column.name, SeenColumn::How::Written});
    }
    evidence_.tables.push_back(full);
    std::ranges::sort(evidence_.tables);
    std::ranges::sort(evidence_.columns);
    evidence_.verb = Verb::Create;
    return std::nullopt;
  }

  /// What the policy would have to say of the columns that carry sealed values.
  [[nodiscard]] std::string wanted_lines() {
    std::string lines = "[table.\"" + (table_.schema.empty() ? "public" : table_.schema) + "." +
                        table_.name + "\"]";
    std::size_t i = 0;
    for (const TargetEntry& target : lineage_.tree.top().outputs()) {
      if (target.junk || i >= table_.columns.size()) {
        continue;
      }
      const ColumnView* carried = lineage_.carried_by_output(lineage_.tree.top(), target.number);
      if (carried != nullptr) {
        lines += std::string(" column.") + table_.columns[i].name + " = { class = \"" +
                 name(carried->access.cls) + "\", seal = true }";
      }
      ++i;
    }
    return lines;
  }

  [[nodiscard]] std::optional<Refuse> build_slice() {
    if (auto refused = builder_.add_relations({})) {
      return refused;
    }
    if (auto refused = builder_.take_searches()) {
      return refused;
    }
    if (auto refused = builder_.take_server_values()) {
      return refused;
    }
    builder_.count_slice_subjects(nullptr);
    return std::nullopt;
  }

  [[nodiscard]] std::optional<Refuse> choose_columns() {
    if (table_.columns.empty() || lineage_.outputs.size() != table_.columns.size() ||
        table_.columns.size() + input_.parameter_types.size() > kMaxParameters) {
      return refusal(Rule::SealedDdl, "a table without columns cannot be made from tagged ones",
                     "give it a column");
    }
    std::size_t i = 0;
    for (const TargetEntry& target : lineage_.tree.top().outputs()) {
      if (target.junk) {
        continue;
      }
      if (auto refused = add_column(table_.columns[i], lineage_.outputs[i], target.number)) {
        return refused;
      }
      ++i;
    }
    return std::nullopt;
  }

  [[nodiscard]] std::optional<Refuse> add_column(const FilledTable::Column& column,
                                                 const Flow& flow,
                                                 int number) {
    const ColumnView* carried = lineage_.carried_by_output(lineage_.tree.top(), number);
    if (!lineage_.carried_known) {
      return refusal(
          Rule::SealedColumnExpression,
          "what would be stored in column " + column.name + " may come from sealed columns",
          "simplify the query");
    }
    std::string type = type_sql(lineage_.catalog, column.type, column.typmod);
    if (carried != nullptr && table_.stays && !column.sealed) {
      return refusal(Rule::SealedDdl,
                     "what comes from the sealed column " + carried->column->name +
                         " would be stored in column " + column.name + " of table " + table_.name +
                         ", which the policy does not seal",
                     "add column." + column.name + " = { class = \"" + name(carried->access.cls) +
                         "\", seal = true } to that table of the policy",
                     table_.schema + "." + table_.name + "." + column.name);
    }
    if (carried == nullptr && !column.sealed) {
      write_.columns.push_back(plain_column(lineage_.catalog, column.name, column.type));
    } else {
      const TypeOid base = lineage_.catalog.base_type(column.type);
      const char* domain = domain_of(base);
      if (domain == nullptr) {
        return refusal(Rule::SealedDdl,
                       "column " + column.name +
                           " would hold what is computed from sealed values, and values of type " +
                           type + " cannot be sealed",
                       "cast it to a type that can be sealed: text, numeric, integer, date …");
      }
      auto sealed = sealing(column, flow, base);
      if (!sealed) {
        return refusal(Rule::SealedDdl, "the key for computed values could not be made",
                       "see the log of pgveil");
      }
      type = qualified("pgveil", domain);
      WriteColumn made;
      made.name = column.name;
      made.element = kBytea;
      made.sealed = std::move(*sealed);
      write_.columns.push_back(std::move(made));
    }
    types_.push_back(std::move(type));
    return std::nullopt;
  }

  [[nodiscard]] std::optional<ValueUse> sealing(const FilledTable::Column& column,
                                                const Flow& flow,
                                                TypeOid base) {
    if (column.sealed) {
      return column.sealed;
    }
    ValueUse use;
    use.kind = ValueUse::Kind::Seal;
    use.base_type = base;
    use.value_type = base;
    use.typmod = column.typmod;
    const ColumnView* from = flow.kind == Flow::Kind::AsIs ? flow.column.view : nullptr;
    if (from != nullptr && from->access.clear && from->column->sealed->base_type == base) {
      use.field = from->column->sealed->field;
      use.terms = from->column->sealed->terms;
      use.pad = from->access.pad;
      return use;
    }
    if (table_.field) {
      const auto field = table_.field();
      if (!field) {
        return std::nullopt;
      }
      use.field = *field;
    }
    use.pad = base == kText || base == kVarchar || base == kBpchar ? kPad : std::uint16_t{0};
    return use;
  }

  [[nodiscard]] std::string statement() {
    std::string arrays;
    std::string names;
    std::string cells;
    for (std::size_t i = 0; i < write_.columns.size(); ++i) {
      const auto number = static_cast<std::uint16_t>(input_.parameter_types.size() + 1 + i);
      const std::string name = "pgveil_" + std::to_string(i + 1);
      const char* comma = i == 0 ? "" : ", ";
      arrays += comma + ("pg_catalog.unnest(" +
                         edit_.slot_sql({{ValueSource::From::Parameter, number}, {}}) +
                         "::" + type_sql(lineage_.catalog, write_.columns[i].element, -1) + "[])");
      names += comma + name;
      cells += comma + (std::string(kNew) + "." + name + "::" + types_[i]);
    }
    return table_.prefix + "SELECT " + cells + " FROM ROWS FROM (" + arrays + ") AS " +
           std::string(kNew) + " (" + names + ")" +
           (table_.record.empty() ? "" : " WHERE " + table_.record) + table_.suffix;
  }

  const RewriteInput& input_;
  Lineage& lineage_;
  const FilledTable& table_;
  Evidence& evidence_;
  SplitBuilder builder_;
  StatementEdit edit_;
  WriteBack write_;
  std::vector<std::string> types_;
};

}  // namespace

std::variant<Split, Refuse> build_filled_table(const RewriteInput& input,
                                               const FilledTable& table,
                                               Evidence& evidence) {
  return FilledBuilder(input, table, evidence).build();
}

}  // namespace pgveil::policy
