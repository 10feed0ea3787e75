#pragma once

/// SQL of clients that schema pgveil keeps (defaults, CHECK constraints, index predicates) may hold values:
///   DEFAULT '000-00-0000'      CHECK (ssn <> '078-05-1120')
/// It is stored sealed, under a field of its own:
///   pgveil_sealed:<field>:<sealed value, hexadecimal>
/// What `apply` found in the server's own catalogs stays as it was there. Threads: any.

#include "crypto/keyring.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace pgveil::proxy::keys {

inline constexpr const char* kSqlField = "pgveil.sql";

[[nodiscard]] bool is_sealed_sql(std::string_view stored);

/// Nothing: the field has no keys.
[[nodiscard]] std::optional<std::string> seal_sql(const crypto::Keyring& keys,
                                                  crypto::FieldId field,
                                                  std::string_view sql);

/// SQL that is not sealed comes back as it is. Nothing: not sealed with these keys.
[[nodiscard]] std::optional<std::string> open_sql(const crypto::Keyring& keys,
                                                  const std::string& stored);

}  // namespace pgveil::proxy::keys
