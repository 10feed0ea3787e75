#include "policy/rewrite/copies.hpp"

#include "policy/sql/scan.hpp"

namespace pgveil::policy {
namespace {

void collect(const Node& node, std::set<std::int32_t>& locations) {
  if (node.kind() == Node::Kind::Object) {
    locations.insert(location_of(node));
  }
  if (node.kind() == Node::Kind::Object || node.kind() == Node::Kind::List) {
    for (const Node child : node) {
      collect(child, locations);
    }
  }
}

bool is_dot(std::string_view text) { return text == "."; }

}  // namespace

Copies::Copies(const Lineage& lineage) : syntax_(lineage.syntax) {
  collect(lineage.tree.top().query, seen_);
  for (const sql::NodeRef& call : syntax_.calls()) {
    if (call.location >= 0 && !seen_.contains(call.location)) {
      unseen_.push_back(call);
    }
  }
}

std::vector<sql::NodeRef> Copies::of(sql::NodeRef where) const {
  std::vector<sql::NodeRef> found;
  const auto text = unseen_.empty() ? std::nullopt : std::optional(syntax_.expression_sql(where));
  for (const sql::NodeRef& call : unseen_) {
    const auto other = syntax_.expression_sql(call);
    if (text && *text && other && call.kind == where.kind &&
        without_qualifiers(**text) == without_qualifiers(*other)) {
      found.push_back(call);
    }
  }
  return found;
}

std::string without_qualifiers(std::string_view sql) {
  std::string result;
  const auto tokens = sql::scan(sql);
  if (!tokens) {
    return std::string(sql);
  }
  for (std::size_t i = 0; i < (*tokens).size(); ++i) {
    const std::string_view text = sql::text_of((*tokens)[i], sql);
    const bool qualifies = i + 1 < (*tokens).size() && is_dot(sql::text_of((*tokens)[i + 1], sql));
    if (!qualifies && !is_dot(text)) {
      result.append(text).append(" ");
    }
  }
  return result;
}

}  // namespace pgveil::policy
