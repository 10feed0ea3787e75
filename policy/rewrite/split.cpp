#include "policy/rewrite/split.hpp"

#include "policy/rewrite/row_locks.hpp"

namespace pgveil::policy {

std::variant<Split, Refuse> build_split(const RewriteInput& input, Evidence& evidence) {
  if (auto refused = check_reads(*input.lineage)) {
    return *refused;
  }
  SplitBuilder builder(input, evidence);
  const auto locks = row_locks(*input.lineage);
  if (!locks) {
    return refusal(Rule::LockOfMasked,
                   "rows of a sub-query cannot be locked by what the server cannot evaluate",
                   "lock the rows of its tables by a plain key", input.lineage->obstacle_column);
  }
  std::vector<LockedTarget> targets;
  const auto exact = (*locks).size() == 1 ? builder.rows_to_lock(*(*locks).front().at)
                                          : std::optional<std::string>();
  const bool afterwards = !(*locks).empty() && !exact;
  if (exact) {
    targets.push_back({(*locks).front().at, (*locks).front().clause, {}, *exact, false});
  } else if (afterwards) {
    if (auto refused = cannot_lock_afterwards(*input.lineage, *locks)) {
      return *refused;
    }
    for (const RowLock& lock : *locks) {
      targets.push_back({lock.at, {}, {}, {}, true});
    }
  }
  if (auto refused = builder.add_relations(targets)) {
    return *refused;
  }
  if (auto refused = builder.take_rows_of_server()) {
    return *refused;
  }
  if (auto refused = builder.take_searches()) {
    return *refused;
  }
  if (auto refused = builder.take_server_values()) {
    return *refused;
  }
  const Refuse failed =
      refusal(Rule::NotUnderstood, "the statement could not be rewritten", "simplify it");
  if (!builder.append_subjects()) {
    return failed;
  }
  std::optional<WriteBack> lock;
  if (afterwards) {
    lock = lock_afterwards(input, *locks, builder.twin());
    if (!lock) {
      return failed;
    }
  }
  auto made = builder.finish();
  if (auto* split = std::get_if<Split>(&made)) {
    split->locks_rows = !(*locks).empty();
    split->write = std::move(lock);
  }
  return made;
}

}  // namespace pgveil::policy
