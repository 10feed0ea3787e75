#include "policy/rewrite/statement_edit.hpp"

#include "policy/sql/scan.hpp"

#include <algorithm>
#include <charconv>

namespace pgveil::policy {
namespace {

// Above every parameter number that the protocol allows.
constexpr std::uint32_t kMarkerBase = 100'000;
constexpr std::uint32_t kSlotMarkers = kMarkerBase + 65'536;
constexpr TypeOid kBytea = 17, kByteaArray = 1001, kTsquery = 3615;

TypeOid server_type(ValueUse::Kind kind, TypeOid client_type) {
  switch (kind) {
    case ValueUse::Kind::Verbatim:
      return client_type;
    case ValueUse::Kind::Seal:
    case ValueUse::Kind::EqualityTerm:
    case ValueUse::Kind::FoldedTerm:
      return kBytea;
    case ValueUse::Kind::TextQuery:
      return kTsquery;
    case ValueUse::Kind::EqualityTerms:
    case ValueUse::Kind::RangeTerms:
      return kByteaArray;
  }
  return 0;
}

}  // namespace

bool operator==(const ValueUse& a, const ValueUse& b) {
  return a.kind == b.kind && a.field == b.field && a.base_type == b.base_type &&
         a.typmod == b.typmod && a.terms == b.terms && a.pad == b.pad &&
         a.value_type == b.value_type && a.bound == b.bound && a.to == b.to;
}

StatementEdit::StatementEdit(const sql::SyntaxTree& syntax,
                             std::span<const TypeOid> parameter_types)
    : original_(syntax), tree_(syntax.clone()), parameter_types_(parameter_types) {}

bool StatementEdit::replace(sql::NodeRef node, const std::string& sql, bool with_casts) {
  const auto before = std::ranges::find(done_, node, &std::pair<sql::NodeRef, std::string>::first);
  if (before != done_.end()) {
    return before->second == sql;
  }
  done_.emplace_back(node, sql);
  return static_cast<bool>(tree_.replace(node, sql, with_casts));
}

bool StatementEdit::apply(const std::vector<Edit>& edits) {
  return std::ranges::all_of(edits, [this](const Edit& edit) {
    return replace(edit.node, edit.slot ? slot_sql(*edit.slot) : edit.sql, edit.with_casts);
  });
}

bool StatementEdit::apply(const ClauseEdits& edits) {
  for (const std::int32_t column : edits.named_outputs) {
    tree_.name_output(column);
  }
  for (const ClauseEdits::Item& item : edits.items) {
    if (!tree_.replace_item(item.clause, item.index, item.sql)) {
      return false;
    }
  }
  for (const auto& [query, expressions] : edits.distinct_on) {
    if (!tree_.set_distinct_on(query, expressions)) {
      return false;
    }
  }
  for (auto at = edits.set_operations.rbegin(); at != edits.set_operations.rend(); ++at) {
    if (!tree_.frame_set_operation(at->first, at->second)) {
      return false;
    }
  }
  return true;
}

std::string StatementEdit::slot_sql(const Slot& slot) {
  if (slot.source.from == ValueSource::From::Parameter) {
    return "$" + std::to_string(parameter(slot.source.index, slot.use));
  }
  const auto same = std::ranges::find_if(marked_, [&](const Slot& known) {
    return known.source == slot.source && known.use == slot.use;
  });
  const auto index = static_cast<std::uint32_t>(same - marked_.begin());
  if (same == marked_.end()) {
    marked_.push_back(slot);
  }
  return "$" + std::to_string(kSlotMarkers + index);
}

std::uint32_t StatementEdit::parameter(std::uint16_t client_index, const ValueUse& use) {
  const auto same = std::ranges::find_if(parameters_, [&](const ServerParameter& known) {
    return known.client_index == client_index && known.use == use;
  });
  if (same != parameters_.end()) {
    return static_cast<std::uint32_t>(same - parameters_.begin()) + 1;
  }
  ServerParameter added;
  added.client_index = client_index;
  added.use = use;
  const TypeOid client_type =
      client_index <= parameter_types_.size() ? parameter_types_[client_index - 1U] : 0;
  added.declared_type = server_type(use.kind, client_type);
  parameters_.push_back(added);
  return static_cast<std::uint32_t>(parameters_.size());
}

bool StatementEdit::renumber_parameters() {
  for (const sql::ParameterRef& reference : original_.parameters()) {
    const sql::NodeRef node{sql::NodeKind::Parameter, reference.location};
    if (!tree_.contains(node)) {
      continue;  // an edit took it
    }
    const Slot as_it_is{
        {ValueSource::From::Parameter, static_cast<std::uint16_t>(reference.number)}, {}};
    if (!replace(node, slot_sql(as_it_is))) {
      return false;
    }
  }
  return true;
}

std::optional<std::string> StatementEdit::expression(
    sql::NodeRef node, std::vector<std::pair<sql::NodeRef, std::string>> edits) {
  auto sql = original_.expression_sql(node, edits);
  if (!sql) {
    return std::nullopt;
  }
  return std::move(*sql);
}

std::optional<SqlTemplate> StatementEdit::finish(const std::vector<std::uint16_t>& verbatim) {
  const auto holes = tree_.deparse_with_holes(tree_.standing(verbatim), kMarkerBase);
  if (!holes) {
    return std::nullopt;
  }
  SqlTemplate result;
  result.text = holes->pieces;
  for (const std::uint32_t marker : holes->holes) {
    if (marker >= kSlotMarkers) {
      const std::size_t index = marker - kSlotMarkers;
      if (index >= marked_.size()) {
        return std::nullopt;
      }
      result.slots.push_back(marked_[index]);
    } else {
      const auto index = static_cast<std::uint16_t>(marker - kMarkerBase);
      result.slots.push_back({{ValueSource::From::Literal, index}, {}});
    }
  }
  return result;
}

std::optional<SqlTemplate> StatementEdit::cut(std::string_view sql) const {
  const auto tokens = sql::scan(sql);
  if (!tokens) {
    return std::nullopt;
  }
  SqlTemplate result;
  std::size_t from = 0;
  for (const sql::Token& token : *tokens) {
    if (token.kind != sql::Token::Kind::Parameter) {
      continue;
    }
    const std::string_view digits = sql::text_of(token, sql).substr(1);
    std::uint32_t number = 0;
    std::from_chars(digits.data(), digits.data() + digits.size(), number);
    if (number < kSlotMarkers) {
      continue;
    }
    if (number - kSlotMarkers >= marked_.size()) {
      return std::nullopt;
    }
    result.text.back() += sql.substr(from, token.location - from);
    result.slots.push_back(marked_[number - kSlotMarkers]);
    result.text.emplace_back();
    from = token.location + token.length;
  }
  result.text.back() += sql.substr(from);
  return result;
}

}  // namespace pgveil::policy
