#include "policy/lineage/function_rules.hpp"

#include <algorithm>
#include <array>
#include <string_view>

namespace pgveil::policy {
namespace {

using namespace std::string_view_literals;

constexpr std::array kServerValues = {"now"sv,
                                      "transaction_timestamp"sv,
                                      "statement_timestamp"sv,
                                      "current_database"sv,
                                      "current_schema"sv,
                                      "current_schemas"sv,
                                      "current_setting"sv,
                                      "version"sv,
                                      "pg_backend_pid"sv,
                                      "pg_is_in_recovery"sv,
                                      "pg_postmaster_start_time"sv,
                                      "inet_client_addr"sv,
                                      "inet_client_port"sv,
                                      "inet_server_addr"sv,
                                      "inet_server_port"sv};
constexpr std::array kRandom = {"random"sv, "gen_random_uuid"sv};

// Marked stable or immutable, yet not a function of arguments and mirrored settings.
constexpr std::array kServerState = {"txid_current"sv, "txid_current_if_assigned"sv,
                                     "txid_current_snapshot"sv, "currtid2"sv,
                                     "row_security_active"sv};

constexpr std::array kSchemaPrefixes = {
    "pg_get_"sv,        "to_reg"sv,        "pg_describe_"sv, "pg_identify_"sv,
    "has_"sv,           "pg_has_"sv,       "pg_index"sv,     "pg_relation_is_"sv,
    "pg_options_to_"sv, "pg_column_is_"sv, "pg_sequence_"sv, "pg_partition_"sv};
constexpr std::array kSchemaNames = {"format_type"sv,       "obj_description"sv,
                                     "col_description"sv,   "shobj_description"sv,
                                     "pg_my_temp_schema"sv, "pg_is_other_temp_schema"sv,
                                     "_pg_expandarray"sv,   "pg_encoding_to_char"sv};

constexpr std::array kSizeNames = {"pg_relation_size"sv,     "pg_table_size"sv,
                                   "pg_indexes_size"sv,      "pg_total_relation_size"sv,
                                   "pg_column_size"sv,       "pg_column_compression"sv,
                                   "pg_relation_filenode"sv, "pg_relation_filepath"sv};
constexpr std::array kActivity = {"activity"sv,     "backend"sv,  "_db_"sv,     "wal"sv,
                                  "bgwriter"sv,     "slru"sv,     "archiver"sv, "progress"sv,
                                  "subscription"sv, "snapshot"sv, "buf_"sv};

constexpr std::array kServerCatalogs = {"pg_database"sv,
                                        "pg_roles"sv,
                                        "pg_authid"sv,
                                        "pg_shadow"sv,
                                        "pg_user"sv,
                                        "pg_group"sv,
                                        "pg_auth_members"sv,
                                        "pg_tablespace"sv,
                                        "pg_stat_activity"sv,
                                        "pg_stat_database"sv,
                                        "pg_stat_replication"sv,
                                        "pg_stat_ssl"sv,
                                        "pg_stat_gssapi"sv,
                                        "pg_stat_bgwriter"sv,
                                        "pg_stat_wal"sv,
                                        "pg_stat_archiver"sv,
                                        "pg_locks"sv,
                                        "pg_largeobject"sv,
                                        "pg_largeobject_metadata"sv,
                                        "pg_settings"sv,
                                        "pg_file_settings"sv,
                                        "pg_hba_file_rules"sv,
                                        "pg_timezone_names"sv,
                                        "pg_timezone_abbrevs"sv,
                                        "pg_available_extensions"sv,
                                        "pg_available_extension_versions"sv,
                                        "pg_prepared_xacts"sv,
                                        "pg_prepared_statements"sv,
                                        "pg_cursors"sv,
                                        "pg_replication_slots"sv,
                                        "pg_config"sv,
                                        "pg_shmem_allocations"sv,
                                        "pg_db_role_setting"sv};

template <std::size_t N>
bool one_of(const std::array<std::string_view, N>& names, std::string_view name) {
  return std::ranges::find(names, name) != names.end();
}

template <std::size_t N>
bool starts_with_one(const std::array<std::string_view, N>& prefixes, std::string_view name) {
  return std::ranges::any_of(prefixes,
                             [&](std::string_view prefix) { return name.starts_with(prefix); });
}

template <std::size_t N>
bool contains_one(const std::array<std::string_view, N>& parts, std::string_view name) {
  return std::ranges::any_of(
      parts, [&](std::string_view part) { return name.find(part) != std::string_view::npos; });
}

}  // namespace

bool is_opaque(const CatalogFunction& function) {
  const bool harmless =
      function.builtin &&
      (function.name.starts_with("pg_stat_get_") || function.name == "set_config" ||
       function.name == "pg_cancel_backend" || function.name == "pg_terminate_backend");
  return function.opaque && function.schema != "information_schema" && !harmless;
}

FunctionRule classify(const CatalogFunction& function) {
  const std::string_view name = function.name;
  if (!function.builtin) {
    // What reads tables is opaque and refused elsewhere; what is left computes.
    const bool is_volatile = function.volatility == 'v';
    if (function.uses_server_state) {
      return is_volatile ? FunctionRule::Volatile : FunctionRule::ServerValue;
    }
    return is_volatile ? FunctionRule::Random : FunctionRule::Pure;
  }
  if (one_of(kServerValues, name)) {
    return FunctionRule::ServerValue;
  }
  if (one_of(kRandom, name)) {
    return FunctionRule::Random;
  }
  if (one_of(kSizeNames, name) ||
      (name.starts_with("pg_stat_get_") && !contains_one(kActivity, name))) {
    return FunctionRule::Size;
  }
  if (starts_with_one(kSchemaPrefixes, name) || one_of(kSchemaNames, name) ||
      name.ends_with("_is_visible")) {
    return FunctionRule::Schema;
  }
  const bool server_state = one_of(kServerState, name) || name.starts_with("pg_") ||
                            name.starts_with("inet_server") || name.starts_with("inet_client");
  // pg_typeof and the like are stable and pure; functions named pg_… that are volatile are not.
  if (function.volatility == 'v' ||
      (function.volatility == 's' && server_state && name != "pg_typeof")) {
    return FunctionRule::Volatile;
  }
  return FunctionRule::Pure;
}

bool is_server_catalog(std::string_view name) { return one_of(kServerCatalogs, name); }

bool is_statistics_catalog(std::string_view name) {
  return (name.starts_with("pg_stat_") || name.starts_with("pg_statio_")) &&
         !is_server_catalog(name) && name != "pg_stat_statements";
}

}  // namespace pgveil::policy
