#include "policy/model/mask.hpp"

#include <string>
#include <string_view>

namespace pgveil::policy {
namespace {

constexpr TypeOid kText = 25;
constexpr TypeOid kBpchar = 1042;
constexpr TypeOid kVarchar = 1043;
constexpr TypeOid kDate = 1082;
constexpr TypeOid kTimestamp = 1114;

bool is_characters(TypeOid type) { return type == kText || type == kVarchar || type == kBpchar; }

/// `%` stands for the expression.
std::string with(std::string_view pattern, std::string_view expression) {
  std::string result;
  for (const char c : pattern) {
    if (c == '%') {
      result += expression;
    } else {
      result += c;
    }
  }
  return result;
}

std::string restricted_list() {
  std::string result;
  for (std::size_t i = 0; i < restricted_zip3().size(); i += 4) {
    result += i == 0 ? "'" : ", '";
    result += restricted_zip3().substr(i, 3) + "'";
  }
  return result;
}

/// Over an expression of type text; blanks at the end of char(n) are gone by the cast to text.
std::string characters_sql(MaskKind kind) {
  switch (kind) {
    case MaskKind::Redact:
      return "CASE WHEN % IS NOT NULL THEN '***' END";
    case MaskKind::Last4:
      return "CASE WHEN pg_catalog.length(%) OPERATOR(pg_catalog.>) 4"
             " THEN pg_catalog.repeat('*', pg_catalog.length(%) OPERATOR(pg_catalog.-) 4)"
             " OPERATOR(pg_catalog.||) pg_catalog.\"right\"(%, 4)"
             " ELSE pg_catalog.repeat('*', pg_catalog.length(%)) END";
    case MaskKind::Zip3: {
      // Three characters, all of them ASCII digits, none of the list.
      const std::string three = "pg_catalog.\"left\"(%, 3)";
      const auto is = [](const std::string& what, const char* text) {
        return "(" + what + ") COLLATE pg_catalog.\"C\" OPERATOR(pg_catalog.=) '" + text + "'";
      };
      return "CASE WHEN % IS NULL THEN NULL WHEN pg_catalog.length(" + three +
             ") OPERATOR(pg_catalog.=) 3 AND " +
             is("pg_catalog.translate(" + three + ", '0123456789', '')", "") + " AND (" + three +
             ") COLLATE pg_catalog.\"C\" OPERATOR(pg_catalog.<>) ALL (ARRAY[" + restricted_list() +
             "]) THEN " + three + " ELSE '000' END";
    }
    case MaskKind::None:
    case MaskKind::Null:
    case MaskKind::Year:
      break;
  }
  return "NULL";
}

/// The first day of PostgreSQL's calendar is 4714-11-24 BC: that year has no 1 January.
std::string year_sql(TypeOid base_type) {
  const std::string second_year = "pg_catalog.make_date(-4713, 1, 1)";
  const std::string first_day = "pg_catalog.make_date(-4714, 11, 24)";
  if (base_type == kDate) {
    return "CASE WHEN NOT pg_catalog.isfinite(%) THEN % WHEN % OPERATOR(pg_catalog.<) " +
           second_year + " THEN " + first_day +
           " ELSE pg_catalog.make_date(CAST(EXTRACT(year FROM %) AS pg_catalog.int4), 1, 1) END";
  }
  return "CASE WHEN NOT pg_catalog.isfinite(%) THEN % WHEN % OPERATOR(pg_catalog.<) CAST(" +
         second_year + " AS pg_catalog.timestamp) THEN CAST(" + first_day +
         " AS pg_catalog.timestamp) ELSE pg_catalog.date_trunc('year', %) END";
}

}  // namespace

bool applies_to(MaskKind kind, TypeOid base_type) {
  switch (kind) {
    case MaskKind::None:
    case MaskKind::Null:
      return true;
    case MaskKind::Redact:
    case MaskKind::Last4:
    case MaskKind::Zip3:
      return is_characters(base_type);
    case MaskKind::Year:
      return base_type == kDate || base_type == kTimestamp;
  }
  return false;
}

const char* name(MaskKind kind) {
  switch (kind) {
    case MaskKind::None:
      return "none";
    case MaskKind::Null:
      return "null";
    case MaskKind::Redact:
      return "redact";
    case MaskKind::Last4:
      return "last4";
    case MaskKind::Year:
      return "year";
    case MaskKind::Zip3:
      return "zip3";
  }
  return "null";
}

std::string mask_sql(MaskKind kind,
                     std::string_view expression,
                     TypeOid base_type,
                     std::string_view type_sql) {
  const std::string type(type_sql);
  const std::string value = "(" + std::string(expression) + ")";
  if (kind == MaskKind::None) {
    return value;
  }
  if (kind == MaskKind::Null || !applies_to(kind, base_type)) {
    return "CAST(NULL AS " + type + ")";
  }
  const std::string masked =
      kind == MaskKind::Year ? with(year_sql(base_type), value)
                             : with(characters_sql(kind), "CAST(" + value + " AS pg_catalog.text)");
  return "CAST(" + masked + " AS " + type + ")";
}

const std::string& restricted_zip3() {
  static const std::string kList =
      "036 059 063 102 202 203 204 205 369 556 692 753 772 790 821 823 830 831 878 879 884 890 893";
  return kList;
}

}  // namespace pgveil::policy
