#pragma once

/// Turns the server's schema script into the twin's: sealed columns get their logical types back, what
/// only makes sense over sealed bytes goes, and the work database loses all that acts on rows.
/// Pure; one entry in, one entry out or none.

#include "proxy/twin/upstream.hpp"

#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

namespace pgveil::proxy::twin {

class LogicalRewriter {
 public:
  explicit LogicalRewriter(const std::vector<SealedName>& sealed);

  /// For the model database. Nothing: the entry is left out on purpose.
  [[nodiscard]] std::optional<DumpEntry> for_model(const DumpEntry& entry) const;
  /// For the work database. Tables become unlogged, partitioned and foreign ones plain.
  [[nodiscard]] std::optional<DumpEntry> for_work(const DumpEntry& entry) const;

 private:
  [[nodiscard]] std::string restore_types(const DumpEntry& entry) const;

  std::map<std::tuple<std::string, std::string, std::string>, std::string> types_;
};

/// The statement that creates a logical object on the twin.
[[nodiscard]] std::string create_statement(const LogicalObject& object);

}  // namespace pgveil::proxy::twin
