#include "policy/rewrite/plan.hpp"

#include <algorithm>
#include <array>
#include <cstdio>

namespace pgveil::policy {
namespace {

struct RuleWords {
  Rule rule = Rule::NotAnalysed;
  const char* name = "";
  bool denial = false;
};

constexpr std::array kRules = {
    RuleWords{Rule::NotAnalysed, "not_analysed", false},
    RuleWords{Rule::NotUnderstood, "not_understood", false},
    RuleWords{Rule::NoRole, "no_role", true},
    RuleWords{Rule::ClassNotGranted, "class_not_granted", true},
    RuleWords{Rule::VerbNotGranted, "verb_not_granted", true},
    RuleWords{Rule::SealedColumnExpression, "sealed_column_expression", false},
    RuleWords{Rule::SealedDdl, "sealed_ddl", false},
    RuleWords{Rule::OpaqueFunction, "opaque_function", false},
    RuleWords{Rule::ServerFile, "server_file", false},
    RuleWords{Rule::VolatileFunction, "volatile_function", false},
    RuleWords{Rule::CopyOfTagged, "copy_of_tagged", false},
    RuleWords{Rule::CursorOnTagged, "cursor_on_tagged", false},
    RuleWords{Rule::ExplainOfTagged, "explain_of_tagged", false},
    RuleWords{Rule::MaskedWrite, "masked_write", true},
    RuleWords{Rule::LockOfMasked, "lock_of_masked", false},
    RuleWords{Rule::SearchTermMissing, "search_term_missing", false},
    RuleWords{Rule::CatalogMixed, "catalog_mixed", false},
    RuleWords{Rule::ClientEncoding, "client_encoding", false},
    RuleWords{Rule::DifferentFields, "different_fields", false},
    RuleWords{Rule::StatisticsOfTagged, "statistics_of_tagged", false},
    RuleWords{Rule::InheritanceOfSealed, "inheritance_of_sealed", false},
    RuleWords{Rule::TooComplex, "too_complex", false},
    RuleWords{Rule::SubjectNotReachable, "subject_not_reachable", false}};

const RuleWords& words(Rule rule) {
  for (const RuleWords& candidate : kRules) {
    if (candidate.rule == rule) {
      return candidate;
    }
  }
  return kRules.front();
}

const char* how_word(SeenColumn::How how) {
  switch (how) {
    case SeenColumn::How::Clear:
      return "clear";
    case SeenColumn::How::Masked:
      return "masked";
    case SeenColumn::How::Searched:
      return "searched";
    case SeenColumn::How::Written:
      return "written";
  }
  return "";
}

const char* use_word(ValueUse::Kind kind) {
  switch (kind) {
    case ValueUse::Kind::Verbatim:
      return "as it is";
    case ValueUse::Kind::Seal:
      return "sealed";
    case ValueUse::Kind::EqualityTerm:
      return "equality term";
    case ValueUse::Kind::FoldedTerm:
      return "folded term";
    case ValueUse::Kind::TextQuery:
      return "text query";
    case ValueUse::Kind::EqualityTerms:
      return "equality terms";
    case ValueUse::Kind::RangeTerms:
      return "range terms";
  }
  return "";
}

std::string source_word(const ValueSource& source) {
  return source.from == ValueSource::From::Parameter
             ? "$" + std::to_string(source.index)
             : "literal " + std::to_string(source.index + 1);
}

std::string bounds_word(const ValueUse& use) {
  if (use.kind != ValueUse::Kind::RangeTerms) {
    return {};
  }
  return use.to                               ? " to " + source_word(use.to->source)
         : use.bound == ValueUse::Bound::Low  ? " and above"
         : use.bound == ValueUse::Bound::High ? " and below"
                                              : "";
}

// Slots print as {literal 1 sealed}; literals as they are print as {1}.
std::string print(const SqlTemplate& sql) {
  std::string text = sql.text.front();
  for (std::size_t i = 0; i < sql.slots.size(); ++i) {
    const Slot& slot = sql.slots[i];
    text += "{" + source_word(slot.source);
    if (slot.use.kind != ValueUse::Kind::Verbatim) {
      text += bounds_word(slot.use) + " " + use_word(slot.use.kind);
    }
    text += "}" + sql.text[i + 1];
  }
  return text;
}

std::string print(const std::vector<ServerParameter>& parameters) {
  std::string text;
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    text += "        $" + std::to_string(i + 1) + " is the client's $" +
            std::to_string(parameters[i].client_index) + bounds_word(parameters[i].use) + ", " +
            use_word(parameters[i].use.kind) + "\n";
  }
  return text;
}

std::string print(const ServerOutput& output) {
  switch (output.kind) {
    case ServerOutput::Kind::Forward:
      return "forward";
    case ServerOutput::Kind::Subject:
      return "subject";
    case ServerOutput::Kind::Open:
      return output.mask.kind == MaskKind::None
                 ? std::string("open")
                 : std::string("open, mask ") + name(output.mask.kind);
  }
  return {};
}

std::string print(const std::vector<ServerOutput>& outputs) {
  std::string text;
  for (const ServerOutput& output : outputs) {
    text += (text.empty() ? "outputs " : "; ") + print(output);
  }
  return text.empty() ? text : text + "\n";
}

std::string print(const InPlace& plan) {
  std::string text = "InPlace\nserver  " + print(plan.server_sql) + "\n";
  text += print(plan.server_parameters);
  return text + print(plan.outputs);
}

std::size_t first_column(const WriteBack& write) { return write.has_row_array() ? 1 : 0; }

// Of $k of the write: an array of ours, or the client's.
std::string print(const WriteBack& write, std::size_t own) {
  const std::size_t rows = first_column(write);
  if (own < rows) {
    return "the rows";
  }
  const WriteColumn& column = write.columns[own - rows];
  return column.name + (column.sealed ? ", sealed" : "");
}

std::string print(const WriteBack& write) {
  std::string text = write.rows == WriteBack::Rows::Locked ? "lock    " : "write   ";
  text += print(write.server_sql) + "\n";
  std::size_t last = 0;
  for (const ServerParameter& parameter : write.server_parameters) {
    last = std::max<std::size_t>(last, parameter.client_index);
  }
  const std::size_t arrays = write.columns.size() + first_column(write);
  for (std::size_t i = 0; i < write.server_parameters.size(); ++i) {
    const ServerParameter& parameter = write.server_parameters[i];
    const std::size_t from_end = last - parameter.client_index;
    text += "        $" + std::to_string(i + 1) + " is ";
    text += from_end < arrays ? print(write, arrays - 1 - from_end)
                              : "the client's $" + std::to_string(parameter.client_index) + ", " +
                                    use_word(parameter.use.kind);
    text += "\n";
  }
  for (const std::string& check : write.checks) {
    text += "check   " + check + "\n";
  }
  text += print(write.outputs);
  return write.answered_by_twin ? text + "answer  by the twin\n" : text;
}

std::string print(const Split& plan) {
  const bool locks = plan.write && plan.write->rows == WriteBack::Rows::Locked;
  std::string text = locks           ? "Split, rows locked by what comes of it"
                     : plan.write    ? "Split write"
                     : plan.returned ? "Split of what is written"
                                     : "Split";
  text += "\nbecause " + plan.reason + "\nserver  " + print(plan.server_sql) + "\n";
  text += print(plan.server_parameters);
  text += "slice   ";
  bool first = true;
  for (const SliceRelation& relation : plan.slice.relations) {
    text += (first ? "" : "; ") + relation.schema + "." + relation.name + "(";
    first = false;
    for (std::size_t i = 0; i < relation.columns.size(); ++i) {
      const SliceColumn& column = relation.columns[i];
      text += (i == 0 ? "" : ", ") + column.name;
      if (column.sealed) {
        text += " " + print(*column.sealed);
      }
    }
    text += ")";
  }
  text += "\ntwin    " + print(plan.slice.twin_sql) + "\n";
  return plan.write ? text + print(*plan.write) : text;
}

std::string print(const Decision& decision) {
  if (const auto* refused = std::get_if<Refuse>(&decision)) {
    std::string text = std::string("Refuse  ") + name(refused->rule) + " (" +
                       sqlstate(refused->rule) + ")\n        " + refused->message + "\n";
    if (!refused->column.empty()) {
      text += "column  " + refused->column + "\n";
    }
    return text + "hint    " + refused->hint + "\n";
  }
  if (const auto* in_place = std::get_if<InPlace>(&decision)) {
    return print(*in_place);
  }
  if (const auto* split = std::get_if<Split>(&decision)) {
    return print(*split);
  }
  return std::holds_alternative<Pass>(decision) ? "Pass\n" : "Local\n";
}

}  // namespace

// FNV-1a: names of tables may be too long to be put together.
std::string kept_rows_table(std::string_view schema, std::string_view table) {
  std::uint64_t hash = 14695981039346656037ULL;
  for (const std::string_view part : {schema, std::string_view("\0", 1), table}) {
    for (const char c : part) {
      hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211ULL;
    }
  }
  std::array<char, 24> name{};
  std::snprintf(name.data(), name.size(), "of_%016llx", static_cast<unsigned long long>(hash));
  return name.data();
}

const char* name(Rule rule) { return words(rule).name; }

const char* sqlstate(Rule rule) { return words(rule).denial ? "42501" : "0A000"; }

std::string print(const Plan& plan) {
  std::string text = print(plan.decision);
  if (!plan.evidence.columns.empty()) {
    text += "seen    ";
    for (std::size_t i = 0; i < plan.evidence.columns.size(); ++i) {
      const SeenColumn& seen = plan.evidence.columns[i];
      text += (i == 0 ? "" : ", ") + seen.table + "." + seen.column + " " + how_word(seen.how);
    }
    text += "\n";
  }
  if (!plan.evidence.tables.empty() && !plan.evidence.subjects_complete) {
    text += "        some patients concerned cannot be enumerated\n";
  }
  return text;
}

}  // namespace pgveil::policy
