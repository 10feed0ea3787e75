#pragma once

/// The settings of a session that change what a statement means or how values are spelled. A plan is
/// made under one value of SessionSettings; the twin runs under the same.
/// Source: PostgreSQL, "Client Connection Defaults"; which of them a server reports by itself is in
/// "Asynchronous Operations".

#include "policy/model/catalog.hpp"

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace pgveil::proxy {

/// A column that the session's open block has sealed; the catalog does not know it yet.
struct SealedInBlock {
  std::string schema;
  std::string table;
  std::string column;
  policy::SealedColumn sealed;
  bool table_has_check = false;  // over sealed columns
  std::string default_sql = {};  // empty: none

  friend bool operator==(const SealedInBlock&, const SealedInBlock&) = default;
};

/// Values as SHOW spells them. Defaults are PostgreSQL's, for tests; a session asks its server.
struct SessionSettings {
  std::string search_path = "\"$user\", public";
  std::string session_authorization;
  std::string role = "none";
  std::string date_style = "ISO, MDY";
  std::string interval_style = "postgres";
  std::string time_zone = "Etc/UTC";
  std::string bytea_output = "hex";
  std::string extra_float_digits = "1";
  std::string client_encoding = "UTF8";
  std::string standard_conforming_strings = "on";
  std::string lc_monetary;
  std::string xmloption = "content";
  /// What the twin has to run first, in the same transaction: session_schema.hpp.
  std::vector<std::string> prelude;
  std::vector<SealedInBlock> sealed;  // by the statements of `prelude`

  /// Takes one setting by its name as SHOW knows it, in any case. Answers whether it is one of ours.
  bool apply(std::string_view name, std::string_view value);
  /// The value of one of ours, by the same name; null if it is none.
  [[nodiscard]] const std::string* find(std::string_view name) const;

  /// The user whose rights count: `role`, or the session's if that is "none".
  [[nodiscard]] const std::string& current_user() const;
  /// search_path with "$user" spelled out, for others who run under it.
  [[nodiscard]] std::string search_path_of_user() const;
  /// Whether a statement means the same under both, for one role: all but who the user is.
  [[nodiscard]] bool plans_alike(const SessionSettings& other) const;
  /// Equal for settings that plan alike.
  [[nodiscard]] std::size_t plan_hash() const;

  friend bool operator==(const SessionSettings&, const SessionSettings&) = default;
};

/// The names of all of them, in the order in which a session asks for them.
[[nodiscard]] std::span<const std::string_view> setting_names();

}  // namespace pgveil::proxy
