#pragma once

/// Objects that only this session sees: temporary ones, and what its open transaction block has changed.
/// The twin learns of them by running the same statements before each question of this session
/// (SessionSettings::prelude). What is committed and not temporary is in the server's schema, which the
/// twin follows.
/// Source: PostgreSQL, "SAVEPOINT", "CREATE TABLE" (ON COMMIT).

#include "proxy/session/services.hpp"

#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace pgveil::proxy {

class SessionSchema {
 public:
  /// A statement that succeeded, under the user and search_path of `settings`.
  void add(std::string_view sql, const SqlSchema& what, const SessionSettings& settings);
  /// SAVEPOINT, RELEASE, ROLLBACK TO.
  void at_savepoint(const SqlTransaction& transaction);
  /// True: schema that others see has changed.
  [[nodiscard]] bool commit();
  void roll_back();
  /// DISCARD TEMP, DISCARD ALL.
  void discard_temporary();

  [[nodiscard]] bool is_open() const { return committed_ < changes_.size(); }

  /// What the twin runs first.
  [[nodiscard]] std::vector<std::string> prelude() const;
  [[nodiscard]] std::vector<SealedInBlock> sealed() const;

 private:
  struct Change {
    std::string sql;
    SqlSchema what;
  };

  [[nodiscard]] std::set<std::string> temporary_names() const;
  void forget_dropped();

  struct Savepoint {
    std::string name;
    std::size_t changes = 0;
  };

  std::vector<Change> changes_;
  std::size_t committed_ = 0;
  std::vector<Savepoint> savepoints_;
};

}  // namespace pgveil::proxy
