#pragma once

/// Which functions may read or write tables, or run SQL that nobody has seen: directly, or through what
/// they call. The analysed tree of a statement shows a call, but not what the body does, so a tagged
/// table behind an opaque function is out of sight. In doubt a function is opaque.
/// Pure.

#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace pgveil::proxy::catalog {

struct FunctionFacts {
  std::uint32_t oid = 0;
  std::string name;
  std::string arguments;  // oidvectortypes
  std::string language;
  std::string body;       // of SQL and PL/pgSQL functions outside pg_catalog
  std::string extension;  // that it belongs to; empty: none
  bool builtin = false;
  bool aggregate = false;
  bool depends_on_relation = false;
  std::vector<std::uint32_t> parts;  // of an aggregate
};

struct OperatorFacts {
  std::string name;
  std::uint32_t function = 0;
};

/// OIDs of the opaque ones among `functions`. `relations`: names of all user relations, and of those of
/// pg_catalog.
[[nodiscard]] std::set<std::uint32_t> find_opaque(
    const std::vector<FunctionFacts>& functions,
    const std::vector<OperatorFacts>& operators,
    const std::set<std::string, std::less<>>& relations);

/// OIDs of those outside pg_catalog whose body names one of `values` (names of functions), or calls one
/// that does; in a language that is not read, all.
[[nodiscard]] std::set<std::uint32_t> find_server_bound(
    const std::vector<FunctionFacts>& functions, const std::set<std::string, std::less<>>& values);

/// Functions of pg_catalog that run SQL from a string, or reach files, large objects or the server.
[[nodiscard]] bool is_opaque_builtin(std::string_view name, std::string_view arguments);

}  // namespace pgveil::proxy::catalog
