#include "policy/lineage/survey.hpp"

#include <array>
#include <string_view>
#include <vector>

namespace pgveil::policy {
namespace {

using namespace std::string_view_literals;

constexpr std::array kFunctionFields = {"funcid"sv,   "opfuncid"sv,   "aggfnoid"sv,
                                        "winfnoid"sv, "hashfuncid"sv, "negfuncid"sv};
constexpr std::int64_t kSelect = 1;

}  // namespace

Survey survey(const sql::Node& root) {
  using Kind = sql::Node::Kind;
  Survey found;
  std::vector<sql::Node> pending{root};
  while (!pending.empty()) {
    const sql::Node node = pending.back();
    pending.pop_back();
    if (node.kind() == Kind::Object) {
      if (node.is_object("RANGETBLENTRY")) {
        if (const auto relid = node.field("relid").as_int_or(0); relid != 0) {
          found.relations.insert(static_cast<std::uint32_t>(relid));
        }
      } else if (node.is_object("CONST")) {
        found.constants.insert(static_cast<std::int32_t>(node.field("location").as_int_or(-1)));
      } else if (node.is_object("QUERY")) {
        found.modifies = found.modifies || node.field("commandType").as_int_or(0) != kSelect;
      }
      for (const std::string_view name : kFunctionFields) {
        if (const auto oid = node.field(name).as_int_or(0); oid != 0) {
          found.functions.insert(static_cast<std::uint32_t>(oid));
        }
      }
    }
    if (node.kind() == Kind::Object || node.kind() == Kind::List) {
      for (const sql::Node child : node) {
        pending.push_back(child);
      }
    }
  }
  return found;
}

}  // namespace pgveil::policy
