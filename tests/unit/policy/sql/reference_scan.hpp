#pragma once

/// Token boundaries by libpg_query, to compare with.

#include "policy/sql/scan.hpp"

#include <pg_query.h>
#include <pg_query/pg_query.pb-c.h>

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace pgveil::policy::sql {

struct ReferenceToken {
  std::int32_t start = 0;
  std::int32_t end = 0;
  bool literal = false;
};

inline std::optional<std::vector<ReferenceToken>> reference_scan(const std::string& sql) {
  const PgQueryScanResult scanned = pg_query_scan(sql.c_str());
  std::optional<std::vector<ReferenceToken>> out;
  if (scanned.error == nullptr) {
    out.emplace();
    PgQuery__ScanResult* result = pg_query__scan_result__unpack(
        nullptr, scanned.pbuf.len, reinterpret_cast<const std::uint8_t*>(scanned.pbuf.data));
    for (std::size_t i = 0; result != nullptr && i < result->n_tokens; ++i) {
      const PgQuery__ScanToken& token = *result->tokens[i];
      if (token.token == PG_QUERY__TOKEN__SQL_COMMENT ||
          token.token == PG_QUERY__TOKEN__C_COMMENT) {
        continue;
      }
      const bool literal =
          token.token == PG_QUERY__TOKEN__SCONST || token.token == PG_QUERY__TOKEN__USCONST ||
          token.token == PG_QUERY__TOKEN__BCONST || token.token == PG_QUERY__TOKEN__XCONST ||
          token.token == PG_QUERY__TOKEN__ICONST || token.token == PG_QUERY__TOKEN__FCONST;
      out->push_back({token.start, token.end, literal});
    }
    pg_query__scan_result__free_unpacked(result, nullptr);
  }
  pg_query_free_scan_result(scanned);
  return out;
}

using Boundaries = std::vector<std::pair<std::int32_t, bool>>;

/// Where each token starts, and whether it is a literal; the ends of literals too.
inline Boundaries boundaries(const std::vector<ReferenceToken>& tokens) {
  Boundaries out;
  for (const auto& token : tokens) {
    out.emplace_back(token.start, token.literal);
    // pg_query_scan says nothing of where U&'…' ends.
    if (token.literal && token.end > token.start) out.emplace_back(token.end, true);
  }
  return out;
}

inline Boundaries boundaries(const std::vector<Token>& tokens) {
  Boundaries out;
  for (const Token& token : tokens) {
    const bool literal = is_literal(token.kind);
    out.emplace_back(static_cast<std::int32_t>(token.location), literal);
    if (literal && token.kind != Token::Kind::UnicodeString)
      out.emplace_back(static_cast<std::int32_t>(token.location + token.length), true);
  }
  return out;
}

}  // namespace pgveil::policy::sql
