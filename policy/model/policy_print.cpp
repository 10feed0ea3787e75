#include "policy/model/policy.hpp"
#include "policy/model/policy_words.hpp"
#include "policy/model/relation_name.hpp"

#include <algorithm>
#include <tuple>

namespace pgveil::policy {
namespace {

std::string joined(const std::vector<std::string>& words) {
  std::string out = "[";
  for (std::size_t i = 0; i < words.size(); ++i) {
    out += (i == 0 ? "" : ", ") + toml_quoted(words[i]);
  }
  return out + "]";
}

std::string print_column(const ColumnPolicy& column) {
  std::string out = toml_quoted(column.name) + " = { ";
  if (column.phi != Phi::Unstated) {
    out += "phi = " + toml_quoted(name(column.phi)) + ", ";
  }
  out += "class = " + toml_quoted(name(column.cls));
  if (column.seal) {
    std::vector<std::string> terms;
    for (const auto& [present, word] : {std::pair{column.search.equality, "equality"},
                                        std::pair{column.search.folded, "equality:folded"},
                                        std::pair{column.search.text, "text"}}) {
      if (present) {
        terms.emplace_back(word);
      }
    }
    if (!column.search.range.empty()) {
      terms.push_back("range:" + column.search.range);
    }
    if (!column.search.order.empty()) {
      terms.push_back("order:" + column.search.order);
    }
    out += ", seal = true, search = " + joined(terms) + ", field = " + toml_quoted(column.field) +
           ", pad = " + std::to_string(column.pad);
  }
  const auto mask = std::ranges::find(kMaskWords, column.mask.kind, &MaskWord::kind);
  if (mask != kMaskWords.end()) {
    out += ", mask = " + toml_quoted(mask->word);
  }
  return out + " }\n";
}

std::string print_role(const Role& role) {
  std::string out = "\n[role." + toml_quoted(role.name) + "]\n";
  out += "members = " + joined(role.members) + "\n";
  for (std::size_t c = 0; c < kDataClassCount; ++c) {
    std::vector<std::string> verbs;
    for (std::size_t v = 0; v < kPolicyVerbCount; ++v) {
      if (role.allow.at(c).has(static_cast<PolicyVerb>(v))) {
        verbs.emplace_back(name(static_cast<PolicyVerb>(v)));
      }
    }
    out += std::string("allow.") + name(static_cast<DataClass>(c)) + " = " + joined(verbs) + "\n";
  }
  for (const RowFilter& filter : role.rows) {
    out += "rows." + toml_quoted(print_relation_name(filter.schema, filter.table)) + " = " +
           toml_quoted(filter.sql) + "\n";
  }
  if (role.idle_timeout.count() != 0) {
    out += "idle_timeout = " + toml_quoted(print_duration(role.idle_timeout)) + "\n";
  }
  return out;
}

}  // namespace

std::string print_policy(const Policy& policy) {
  std::string out = "version = 1\n";
  for (const TablePolicy& table : policy.tables) {
    const std::string header =
        "table." + toml_quoted(print_relation_name(table.schema, table.name));
    out += "\n[" + header + "]\n";
    if (!table.subject.empty()) {
      out += "subject = " + toml_quoted(table.subject) + "\n";
    }
    out += "[" + header + ".column]\n";
    for (const ColumnPolicy& column : table.columns) {
      out += print_column(column);
    }
  }
  for (const Role& role : policy.roles) {
    out += print_role(role);
  }
  return out;
}

bool operator==(const ColumnPolicy& a, const ColumnPolicy& b) {
  return std::tie(a.name, a.phi, a.cls, a.seal, a.search, a.mask, a.field, a.pad) ==
         std::tie(b.name, b.phi, b.cls, b.seal, b.search, b.mask, b.field, b.pad);
}

bool operator==(const TablePolicy& a, const TablePolicy& b) {
  return std::tie(a.schema, a.name, a.subject, a.columns) ==
         std::tie(b.schema, b.name, b.subject, b.columns);
}

bool operator==(const RowFilter& a, const RowFilter& b) {
  return std::tie(a.schema, a.table, a.sql) == std::tie(b.schema, b.table, b.sql);
}

bool operator==(const Role& a, const Role& b) {
  return std::tie(a.name, a.members, a.allow, a.rows, a.idle_timeout) ==
         std::tie(b.name, b.members, b.allow, b.rows, b.idle_timeout);
}

}  // namespace pgveil::policy
