#pragma once

/// What kind of function a built-in is, for the question who may evaluate it.

#include "policy/model/catalog.hpp"

namespace pgveil::policy {

enum class FunctionRule {
  Pure,         // of its arguments and the mirrored settings: the twin gives the same answer
  ServerValue,  // one value per statement that only the server knows: now(), current_setting('x')
  Random,       // random(): any answer is as good as the server's, but it must be asked for once
  Volatile,     // nextval(): the server's alone
  Schema,       // reads the catalog: pg_get_constraintdef(), format_type()
  Size          // reads the size or the statistics of relations
};

/// The body may read tables, and nobody knows which. The functions behind information_schema and
/// pg_stat_activity do not.
[[nodiscard]] bool is_opaque(const CatalogFunction& function);

[[nodiscard]] FunctionRule classify(const CatalogFunction& function);

/// Catalog views and tables that hold nothing of any column and that only the server can answer:
/// activity, locks, settings, roles, databases.
[[nodiscard]] bool is_server_catalog(std::string_view name);
/// Statistics of relations, which tell about rows and values.
[[nodiscard]] bool is_statistics_catalog(std::string_view name);

}  // namespace pgveil::policy
