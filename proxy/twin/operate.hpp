#pragma once

/// The operations on one leased connection: messages out in one write, answers in. What the twin
/// answers in words becomes an Answer; an Error means that the connection is of no more use.

#include "proxy/twin/generation.hpp"

#include <string_view>
#include <vector>

namespace pgveil::proxy::twin {

/// Appends what brings `connection` from its present state to `state`; returns how many ReadyForQuery
/// answer it (0 or 1).
[[nodiscard]] std::size_t encode_state(protocol::Bytes& out,
                                       TwinConnection& connection,
                                       const SessionState& state);

/// BEGIN and the prelude, then user and search_path of `state` again.
[[nodiscard]] std::string begin_with_prelude(const SessionState& state);
/// The prelude cannot be run here.
[[nodiscard]] protocol::ErrorFields cannot_follow();

[[nodiscard]] Result<Answer<Analysis>> analyse_on(TwinConnection& connection,
                                                  std::string_view sql,
                                                  const std::vector<std::uint32_t>& parameter_types,
                                                  const SessionState& state);

enum class Access { ReadOnly, Slice };

/// BEGIN, prelude, slice, statement, what it changed, ROLLBACK.
[[nodiscard]] Result<Answer<Outcome>> run_on(TwinConnection& connection,
                                             Access access,
                                             const std::vector<SliceRows>& slice,
                                             const Statement& statement,
                                             const SessionState& state,
                                             RowSink& sink,
                                             CancelToken& cancel,
                                             const ChangedRows* changed);

[[nodiscard]] Result<Converted> convert_on(Generation& generation,
                                           TwinConnection& connection,
                                           const std::vector<Conversion>& values,
                                           const SessionState& state);

}  // namespace pgveil::proxy::twin
