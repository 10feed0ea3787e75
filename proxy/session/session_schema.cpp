#include "proxy/session/session_schema.hpp"

#include <algorithm>

namespace pgveil::proxy {

namespace {

std::string quoted(std::string_view text, char quote) {
  std::string out(1, quote);
  for (const char c : text) {
    out += c;
    if (c == quote) {
      out += c;
    }
  }
  return out + quote;
}

}  // namespace

void SessionSchema::add(std::string_view sql,
                        const SqlSchema& what,
                        const SessionSettings& settings) {
  std::string text;
  if (!settings.current_user().empty()) {
    text = "SET LOCAL ROLE " + quoted(settings.current_user(), '"') + "; ";
  }
  text += "SELECT pg_catalog.set_config('search_path', " +
          quoted(settings.search_path_of_user(), '\'') + ", true); ";
  text += what.twin_sql.empty() ? std::string(sql) : what.twin_sql;
  Change change{std::move(text), what};
  const std::set<std::string> own = temporary_names();
  change.what.temporary = what.temporary || std::ranges::any_of(what.names, [&](const auto& name) {
                            return own.contains(name);
                          });
  changes_.push_back(std::move(change));
}

/// Of the relations that are there now. A temporary one is found before any other of its name.
std::set<std::string> SessionSchema::temporary_names() const {
  std::set<std::string> names;
  for (const Change& change : changes_) {
    if (change.what.temporary && change.what.drops) {
      for (const std::string& name : change.what.names) {
        names.erase(name);
      }
    } else if (change.what.temporary && !change.what.creates.empty()) {
      names.insert(change.what.creates);
    }
  }
  return names;
}

/// What was made and dropped again need not be told; with CASCADE more may have gone than is named.
void SessionSchema::forget_dropped() {
  std::vector<Change> kept;
  for (Change& change : changes_) {
    if (!change.what.drops || change.what.cascade) {
      kept.push_back(std::move(change));
      continue;
    }
    const auto is_dropped = [&](const std::string& name) {
      return std::ranges::find(change.what.names, name) != change.what.names.end();
    };
    std::erase_if(kept, [&](const Change& earlier) {
      return is_dropped(earlier.what.creates) ||
             (!earlier.what.names.empty() && std::ranges::all_of(earlier.what.names, is_dropped));
    });
  }
  changes_ = std::move(kept);
}

void SessionSchema::at_savepoint(const SqlTransaction& transaction) {
  using Kind = policy::sql::TransactionKind;
  if (transaction.kind == Kind::Savepoint) {
    savepoints_.push_back({transaction.name, changes_.size()});
    return;
  }
  const auto found =
      std::find_if(savepoints_.rbegin(), savepoints_.rend(),
                   [&](const Savepoint& savepoint) { return savepoint.name == transaction.name; });
  if (found == savepoints_.rend()) {
    return;
  }
  const auto at = static_cast<std::size_t>(std::distance(found, savepoints_.rend())) - 1;
  if (transaction.kind == Kind::RollbackTo) {
    changes_.resize(std::max(committed_, std::min(changes_.size(), savepoints_[at].changes)));
    savepoints_.resize(at + 1);
  } else if (transaction.kind == Kind::Release) {
    savepoints_.resize(at);
  }
}

bool SessionSchema::commit() {
  const bool others_see =
      std::any_of(changes_.begin() + static_cast<std::ptrdiff_t>(committed_), changes_.end(),
                  [](const Change& change) { return !change.what.temporary; });
  std::erase_if(changes_, [](const Change& change) {
    return !change.what.temporary || change.what.drop_on_commit;
  });
  forget_dropped();
  committed_ = changes_.size();
  savepoints_.clear();
  return others_see;
}

void SessionSchema::roll_back() {
  changes_.resize(committed_);
  savepoints_.clear();
}

void SessionSchema::discard_temporary() {
  const auto is_temporary = [](const Change& change) { return change.what.temporary; };
  const auto begin = changes_.begin();
  committed_ -= static_cast<std::size_t>(
      std::count_if(begin, begin + static_cast<std::ptrdiff_t>(committed_), is_temporary));
  std::erase_if(changes_, is_temporary);
  savepoints_.clear();
}

std::vector<std::string> SessionSchema::prelude() const {
  std::vector<std::string> statements;
  statements.reserve(changes_.size());
  for (const Change& change : changes_) {
    statements.push_back(change.sql);
  }
  return statements;
}

std::vector<SealedInBlock> SessionSchema::sealed() const {
  std::vector<SealedInBlock> all;
  std::set<std::string> made;  // temporary ones that are there
  for (const Change& change : changes_) {
    const SqlSchema& what = change.what;
    const auto forget = [&](const std::string& table) {
      made.erase(table);
      std::erase_if(all, [&](const SealedInBlock& column) {
        return column.schema == "pg_temp" && column.table == table;
      });
    };
    if (what.temporary && what.drops) {
      std::ranges::for_each(what.names, forget);
    }
    if (what.temporary && !what.creates.empty() && !made.insert(what.creates).second &&
        what.if_not_exists) {
      continue;  // it was there
    }
    all.insert(all.end(), what.sealed.begin(), what.sealed.end());
  }
  return all;
}

}  // namespace pgveil::proxy
