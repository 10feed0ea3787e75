#pragma once

/// Schema changes for a running proxy: asks the twin what a client's DDL means for sealed columns, and
/// prepares schema pgveil for it. docs/adr/0015.
/// Threads: any; blocks, opens connections of its own (DDL is rare).

#include "proxy/apply/schema_change.hpp"

#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <variant>

namespace pgveil::proxy::apply {

class SchemaChanges {
 public:
  struct Options {
    std::function<std::string()> twin;  // conninfo of the model database
    std::string admin;                  // conninfo of the server
    const keys::KeyEncryptionKey* kek = nullptr;
    /// New keys are in the database: read them. Null: only say what would happen.
    std::function<void()> on_new_keys;
  };

  /// What is sent instead of the client's statement.
  struct Answer {
    SchemaChange change;
    PreparedChange prepared;
    std::string sql;  // empty: the client's own statement, or change.problem
  };

  /// The field of what sessions compute from sealed values and keep in temporary tables; made when it is
  /// first needed. Null: it could not be.
  [[nodiscard]] std::optional<policy::FieldId> session_field() const;

  explicit SchemaChanges(Options options) : options_(std::move(options)) {}

  [[nodiscard]] Result<Answer> plan(const ChangeRequest& request, const std::string& login) const;

 private:
  Options options_;
  mutable std::mutex mutex_;
  mutable std::optional<policy::FieldId> session_field_;
};

}  // namespace pgveil::proxy::apply
