#include "policy/rewrite/split.hpp"

#include "policy/rewrite/split_builder.hpp"

namespace pgveil::policy {

std::variant<Split, Refuse> build_split(const RewriteInput& input, Evidence& evidence) {
  if (auto refused = check_reads(*input.lineage)) {
    return *refused;
  }
  SplitBuilder builder(input, evidence);
  if (auto refused = builder.add_relations(std::nullopt)) {
    return *refused;
  }
  if (auto refused = builder.take_searches()) {
    return *refused;
  }
  if (auto refused = builder.take_server_values()) {
    return *refused;
  }
  if (!builder.append_subjects()) {
    return refusal(Rule::NotUnderstood, "the statement could not be rewritten", "simplify it");
  }
  return builder.finish();
}

}  // namespace pgveil::policy
