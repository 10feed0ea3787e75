#include "proxy/transform/write_rows.hpp"

#include "crypto/keyring.hpp"
#include "proxy/transform/array_value.hpp"

#include <utility>

namespace pgveil::proxy::transform {
namespace {

constexpr policy::TypeOid kTid = 27;

/// Seals the cells of one row in their places.
Result<std::optional<protocol::value::PgError>> seal_row(
    std::span<const policy::ServerParameter> sealed,
    MadeRow& row,
    const SessionFormat& session,
    const crypto::Keyring& keys) {
  std::vector<ClientParameter> cells;
  for (const auto& cell : row) {
    ClientParameter parameter;
    if (cell) {
      parameter.bytes = ByteView(*cell);
    }
    parameter.format = 1;
    cells.push_back(parameter);
  }
  ClientValues values;
  values.parameters = cells;
  values.session = session;
  auto filled = fill_parameters(sealed, values, keys);
  if (!filled) {
    return filled.error();
  }
  if (const auto* wanted = std::get_if<std::vector<Conversion>>(&*filled)) {
    // They come from the twin: there is nothing that it would say otherwise.
    std::vector<ConversionResult> converted;
    for (const Conversion& conversion : *wanted) {
      if (conversion.from != conversion.to || conversion.format != 1) {
        return Error{Errc::PlanMismatch};
      }
      converted.emplace_back(conversion.bytes);
    }
    filled = fill_parameters(sealed, values, keys, converted);
    if (!filled) {
      return filled.error();
    }
  }
  if (auto* error = std::get_if<ValueError>(&*filled)) {
    return std::optional(std::move(error->error));
  }
  auto* made = std::get_if<std::vector<ServerValue>>(&*filled);
  if (made == nullptr || made->size() != sealed.size()) {
    return Error{Errc::PlanMismatch};
  }
  for (std::size_t i = 0; i < sealed.size(); ++i) {
    row[sealed[i].client_index - 1U] = std::move((*made)[i].bytes);
  }
  return std::optional<protocol::value::PgError>();
}

}  // namespace

Result<WriteArrays> write_arrays(const policy::WriteBack& write,
                                 std::span<const MadeRow> rows,
                                 const SessionFormat& session,
                                 const crypto::Keyring& keys) {
  const std::size_t first = write.has_row_array() ? 1 : 0;
  const std::size_t width = first + write.columns.size();
  std::vector<policy::ServerParameter> sealed;
  for (std::size_t i = 0; i < write.columns.size(); ++i) {
    if (write.columns[i].sealed) {
      policy::ServerParameter parameter;
      parameter.client_index = static_cast<std::uint16_t>(first + i + 1);
      parameter.use = *write.columns[i].sealed;
      sealed.push_back(parameter);
    }
  }
  std::vector<std::vector<std::optional<Bytes>>> columns(width);
  for (const MadeRow& made : rows) {
    if (made.size() != width) {
      return Error{Errc::PlanMismatch};
    }
    MadeRow row = made;
    auto failed = seal_row(sealed, row, session, keys);
    if (!failed) {
      return failed.error();
    }
    if (*failed) {
      return WriteArrays(std::move(**failed));
    }
    for (std::size_t i = 0; i < width; ++i) {
      columns[i].push_back(std::move(row[i]));
    }
  }
  std::vector<Bytes> arrays(width);
  for (std::size_t i = 0; i < width; ++i) {
    const policy::TypeOid element = i < first ? kTid : write.columns[i - first].element;
    write_array_binary(columns[i], element, arrays[i]);
  }
  return WriteArrays(std::move(arrays));
}

}  // namespace pgveil::proxy::transform
