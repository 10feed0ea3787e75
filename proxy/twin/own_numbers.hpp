#pragma once

/// Numbers (OIDs) of objects that only this session sees. The twin makes such objects anew for every question,
/// so that each time they bear another number, and none is the server's. A question that names or shows one
/// cannot be answered; one that does not is answered as ever.
/// The numbers of other objects are the server's.

#include "protocol/message/rows.hpp"
#include "proxy/twin/operations.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace pgveil::proxy::twin {

/// Numbers that may be meant as an object's, of the statement's text and its parameters. Sorted, unique.
[[nodiscard]] std::vector<std::uint32_t> numbers_in(const Statement& statement);

/// Run behind a question, in its transaction. Yields a number per row: each object that the transaction has
/// made, and 0 if one of `asked` is no other object's.
[[nodiscard]] std::string own_numbers_sql(const std::vector<std::uint32_t>& asked);

/// Some cell of the rows, which are complete DataRow messages, shows one of `own`.
[[nodiscard]] bool show_number(const protocol::RowDescription& columns,
                               protocol::ByteView data_rows,
                               const std::vector<std::uint32_t>& own);

/// 0A000.
[[nodiscard]] protocol::ErrorFields number_not_known();

}  // namespace pgveil::proxy::twin
