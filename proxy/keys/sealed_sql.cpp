#include "proxy/keys/sealed_sql.hpp"

#include "crypto/bytes.hpp"

#include <charconv>

namespace pgveil::proxy::keys {
namespace {

constexpr std::string_view kPrefix = "pgveil_sealed:";

}  // namespace

bool is_sealed_sql(std::string_view stored) { return stored.starts_with(kPrefix); }

std::optional<std::string> seal_sql(const crypto::Keyring& keys,
                                    crypto::FieldId field,
                                    std::string_view sql) {
  const crypto::ByteView bytes = std::as_bytes(std::span(sql));
  crypto::Bytes sealed;
  if (!crypto::seal_cell(keys, field, {}, {bytes, bytes, sql}, sealed)) {
    return std::nullopt;
  }
  return std::string(kPrefix) + std::to_string(static_cast<std::uint32_t>(field)) + ':' +
         crypto::hex_encode(sealed);
}

std::optional<std::string> open_sql(const crypto::Keyring& keys, const std::string& stored) {
  if (!is_sealed_sql(stored)) {
    return stored;
  }
  const char* end = stored.data() + stored.size();
  std::uint32_t field = 0;
  const auto [colon, error] = std::from_chars(stored.data() + kPrefix.size(), end, field);
  crypto::Bytes sealed;
  if (error != std::errc() || colon == end || *colon != ':' ||
      !crypto::hex_decode(std::string_view(colon + 1, end), sealed)) {
    return std::nullopt;
  }
  crypto::Bytes opened;
  if (!crypto::open_cell(keys, static_cast<crypto::FieldId>(field), sealed, opened)) {
    return std::nullopt;
  }
  std::string sql(opened.size(), '\0');
  for (std::size_t i = 0; i < opened.size(); ++i) {
    sql[i] = static_cast<char>(opened[i]);
  }
  return sql;
}

}  // namespace pgveil::proxy::keys
