#pragma once

/// What of the server's errors and notices a client may see. The server speaks of the statement that it
/// was sent and of the values that it stores: DETAIL quotes keys and whole rows, CONTEXT lines and
/// parameters, positions count in rewritten text, and names of schema pgveil appear where the client
/// knows of none. Severity, SQLSTATE and the names of table, column and constraint stay.
/// Source: PostgreSQL, "Error and Notice Message Fields"; the duties are in docs/errors.md.

#include "policy/rewrite/plan.hpp"
#include "protocol/message/errors.hpp"
#include "proxy/session/literal.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace pgveil::proxy {

/// A rewritten text and what of it is the client's: its literals.
struct LiteralMap {
  const policy::SqlTemplate* sql = nullptr;
  const std::vector<LiteralText>* literals = nullptr;
  const std::vector<std::uint32_t>* positions = nullptr;  // PlannedStatement::literal_positions
  std::size_t sent_at = 0;  // characters that stand before the statement in what was sent
};

/// The place in the client's text that position `sent` (from 1) of the rewritten text came from; nothing
/// when it is not in a literal.
[[nodiscard]] std::optional<std::size_t> client_position(const LiteralMap& map, std::size_t sent);

/// Of the statement that the message is about.
struct ScrubContext {
  /// It touches tagged columns: DETAIL, HINT and CONTEXT may quote them.
  bool tagged = false;
  /// The server was sent another text than the client wrote.
  bool rewritten = false;

  /// Where the client's own text of this statement stands in the text that was sent, and in the client's,
  /// in characters; only if the statement itself was not changed.
  struct Shift {
    std::size_t sent_at = 0;
    std::size_t client_at = 0;
  };

  std::optional<Shift> shift;
  /// If `rewritten`, and known.
  std::optional<LiteralMap> literals;
};

/// `P` counts from the start of a text of which the client sent `by` more characters before.
void shift_position(protocol::ErrorFields& error, std::size_t by);

/// `P` of a text that was made from `map`, as it is in the client's text; without `P` if it is not there.
void move_into_client_text(protocol::ErrorFields& error, const LiteralMap& map);

[[nodiscard]] protocol::ErrorFields scrub_error(protocol::ErrorFields error,
                                                const ScrubContext& context);
/// Nothing: the notice is not for the client.
[[nodiscard]] std::optional<protocol::ErrorFields> scrub_notice(protocol::ErrorFields notice,
                                                                const ScrubContext& context);

/// The text of a statement that always fails: when it is analysed, or already when the text is read.
/// In a failed block the first gives 25P02, the second 42601, as PostgreSQL does for what they replace.
enum class FailsAt { Analysis, Syntax };
[[nodiscard]] const char* failing_sql(FailsAt at);
/// The name of a statement or portal that never exists.
inline constexpr std::string_view kMissing = "pgveil_refused";
/// Whether the error is one that `failing_sql` or `kMissing` provokes: then ours is shown in its place.
[[nodiscard]] bool is_provoked(const protocol::ErrorFields& error);

}  // namespace pgveil::proxy
