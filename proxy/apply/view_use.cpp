#include "proxy/apply/view_use.hpp"

#include "policy/sql/node_text.hpp"

#include <vector>

namespace pgveil::proxy::apply {
namespace {

using policy::sql::Node;
using policy::sql::NodeTree;

constexpr std::int64_t kRelation = 0;  // RTE_RELATION
constexpr std::int64_t kJoin = 2;      // RTE_JOIN

class Reader {
 public:
  explicit Reader(const SealedAttributes& sealed) : sealed_(sealed) {}

  ViewUse read(Node query) {
    range_tables_.push_back(query.field("rtable"));
    for (const Node field : query) {
      if (field.field_name() != "targetList") {
        walk(field);
      }
    }
    ViewUse use;
    for (const Node target : query.field("targetList")) {
      read_target(target, use);
    }
    use.kind = computes_                                   ? ViewUse::Kind::Computes
               : use.sealed_outputs.empty() && !null_test_ ? ViewUse::Kind::Untouched
                                                           : ViewUse::Kind::Passes;
    return use;
  }

 private:
  void read_target(Node target, ViewUse& use) {
    const Node expression = target.field("expr");
    // A number here means that DISTINCT, GROUP BY or ORDER BY compares the column.
    const bool compared = target.field("ressortgroupref").as_int_or(0) != 0;
    if (!expression.is_object("VAR") || !is_sealed(expression)) {
      walk(expression);
    } else if (compared || target.field("resjunk").as_bool() || is_whole_row(expression)) {
      computes_ = true;
    } else {
      use.sealed_outputs.insert(static_cast<std::int16_t>(target.field("resno").as_int_or(0)));
    }
  }

  static bool is_whole_row(Node var) { return var.field("varattno").as_int_or(0) == 0; }

  bool is_sealed(Node var) const {
    const auto level = static_cast<std::size_t>(var.field("varlevelsup").as_int_or(0));
    const std::int64_t number = var.field("varno").as_int_or(0);
    const std::int64_t attribute = var.field("varattno").as_int_or(0);
    if (level >= range_tables_.size()) {
      return true;  // not understood: as if it were sealed
    }
    const Node table = range_tables_[range_tables_.size() - 1 - level];
    if (number < 1 || static_cast<std::size_t>(number) > table.size()) {
      return true;
    }
    const Node entry = table.item(static_cast<std::size_t>(number - 1));
    const std::int64_t kind = entry.field("rtekind").as_int_or(-1);
    if (kind == kRelation) {
      const auto known =
          sealed_.find(static_cast<std::uint32_t>(entry.field("relid").as_int_or(0)));
      if (known == sealed_.end()) {
        return false;
      }
      return attribute == 0 || known->second.contains(static_cast<std::int16_t>(attribute));
    }
    if (kind == kJoin) {
      const Node columns = entry.field("joinaliasvars");
      if (attribute == 0 || static_cast<std::size_t>(attribute) > columns.size()) {
        return true;
      }
      const Node column = columns.item(static_cast<std::size_t>(attribute - 1));
      return !column.is_object("VAR") || is_sealed(column);
    }
    // A subquery's or function's column: sealed values inside it were found there.
    return false;
  }

  void walk(Node node) {
    if (node.is_object("VAR")) {
      computes_ = computes_ || is_sealed(node);
      return;
    }
    if (node.is_object("NULLTEST") && node.field("arg").is_object("VAR") &&
        !is_whole_row(node.field("arg"))) {
      null_test_ = null_test_ || is_sealed(node.field("arg"));
      return;
    }
    switch (node.kind()) {
      case Node::Kind::Object: {
        const bool query = node.is_object("QUERY");
        if (query) {
          range_tables_.push_back(node.field("rtable"));
        }
        for (const Node child : node) {
          // The list of all columns of a join is no use of them.
          if (child.field_name() != "joinaliasvars") {
            walk(child);
          }
        }
        if (query) {
          range_tables_.pop_back();
        }
        return;
      }
      case Node::Kind::List:
        for (const Node child : node) {
          walk(child);
        }
        return;
      case Node::Kind::Missing:
      case Node::Kind::Null:
      case Node::Kind::IntList:
      case Node::Kind::OidList:
      case Node::Kind::Bitmapset:
      case Node::Kind::Token:
      case Node::Kind::Datum:
        return;
    }
  }

  const SealedAttributes& sealed_;
  std::vector<Node> range_tables_;
  bool computes_ = false;
  bool null_test_ = false;
};

}  // namespace

ViewUse view_use(const std::string& tree, const SealedAttributes& sealed) {
  const auto parsed = NodeTree::parse(tree);
  if (!parsed) {
    return {};
  }
  const Node root = (*parsed)->root();
  if (root.kind() != Node::Kind::List || root.size() != 1 || !root.item(0).is_object("QUERY")) {
    return {};
  }
  return Reader(sealed).read(root.item(0));
}

}  // namespace pgveil::proxy::apply
