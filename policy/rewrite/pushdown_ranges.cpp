// Conditions over range terms.
#include "policy/lineage/sql_text.hpp"
#include "policy/rewrite/pushdown.hpp"

#include <algorithm>

namespace pgveil::policy {

// A comparison, or the two of a BETWEEN.
std::vector<RangeAtom> Pushdown::range_atoms(const Occurrence& at, const Node& node) {
  const bool between =
      is(node, "BOOLEXPR") && node.field("boolop").as_text() == "and" &&
      lineage_.syntax.operator_form(location_of(node)) == sql::OperatorForm::Between;
  std::vector<RangeAtom> atoms;
  std::vector<Node> comparisons{node};
  if (between) {
    comparisons.clear();
    for (const Node argument : node.field("args")) {
      comparisons.push_back(argument);
    }
  }
  for (const Node& comparison : comparisons) {
    const auto atom = lineage_.range_atom(*at.scope, comparison);
    const bool exactly = atom && atom->bound == ValueUse::Bound::Exact &&
                         atom->column.view->column->sealed->terms.equality;
    if (!atom || atom->column.at != &at || exactly) {
      return {};  // the equality term says more
    }
    atoms.push_back(*atom);
  }
  return atoms;
}

std::vector<std::string> Pushdown::take_ranges(const Occurrence& at, std::vector<Node>& conjuncts) {
  std::vector<RangeAtom> atoms;
  std::vector<Node> others;
  for (const Node& conjunct : conjuncts) {
    const std::vector<RangeAtom> found = range_atoms(at, conjunct);
    atoms.insert(atoms.end(), found.begin(), found.end());
    if (found.empty()) {
      others.push_back(conjunct);
    }
  }
  conjuncts = std::move(others);
  std::vector<std::string> parts;
  std::vector<bool> used(atoms.size(), false);
  for (std::size_t i = 0; i < atoms.size(); ++i) {
    if (atoms[i].bound != ValueUse::Bound::Low) {
      continue;
    }
    used[i] = true;
    const RangeAtom* upper = nullptr;
    for (std::size_t k = 0; k < atoms.size() && upper == nullptr; ++k) {
      if (!used[k] && atoms[k].bound == ValueUse::Bound::High &&
          atoms[k].column.view == atoms[i].column.view &&
          atoms[k].value.source.from == atoms[i].value.source.from) {
        used[k] = true;
        upper = &atoms[k];
      }
    }
    parts.push_back(range(atoms[i], upper));
  }
  for (std::size_t i = 0; i < atoms.size(); ++i) {
    if (!used[i]) {
      parts.push_back(range(atoms[i], nullptr));
    }
  }
  return parts;
}

std::string Pushdown::range(const RangeAtom& atom, const RangeAtom* upper) {
  const SealedColumn& sealed = *atom.column.view->column->sealed;
  ValueUse use;
  use.kind = ValueUse::Kind::RangeTerms;
  use.field = sealed.field;
  use.base_type = sealed.base_type;
  use.typmod = sealed.typmod;
  use.terms.range = sealed.terms.range;
  use.bound = atom.bound;
  if (upper != nullptr) {
    use.to = ValueUse::Upper{upper->value.source, upper->value.type};
  }
  const std::string terms = value_sql(atom.value, use);
  // Too many buckets give NULL: then every row has to be looked at.
  return terms + " IS NULL OR pgveil.bucket(" + quote_identifier(atom.column.view->column->name) +
         ") = ANY (" + terms + ")";
}

// `column IN (…)` without a term for equality.
std::string Pushdown::bucket_list(const Occurrence& at, const Node& node) {
  const auto atom =
      is(node, "SCALARARRAYOPEXPR") ? lineage_.equality_atom(*at.scope, node) : std::nullopt;
  if (!atom || atom->column.at != &at || atom->array || atom->negated ||
      !atom->column.view->access.clear || atom->column.view->column->sealed->terms.range.empty()) {
    return {};
  }
  std::string parts;
  for (const ClientValue& value : atom->values) {
    parts += (parts.empty() ? "(" : " OR (") +
             range({atom->column, value, ValueUse::Bound::Exact}, nullptr) + ")";
  }
  return parts;
}

bool Pushdown::is_exact(const Occurrence& at) {
  return std::ranges::all_of(applicable_[&at], [&](const Node& conjunct) {
    return !equality(at, conjunct, true).empty() || !exact(at, conjunct).empty();
  });
}

}  // namespace pgveil::policy
