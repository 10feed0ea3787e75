#include "proxy/twin/own_numbers.hpp"

#include "protocol/frame.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace pgveil::proxy::twin {
namespace {

constexpr std::uint32_t kFirstObject = 16384;
/// What catalog queries compute with.
constexpr std::array<std::uint32_t, 6> kNoObjects{16384, 32767, 32768, 65535, 65536, 2147483647};
constexpr std::size_t kNumberSize = 4;

constexpr std::array kCatalogs{
    "pg_class",       "pg_type",      "pg_proc",          "pg_namespace",
    "pg_constraint",  "pg_attrdef",   "pg_trigger",       "pg_rewrite",
    "pg_enum",        "pg_policy",    "pg_operator",      "pg_opclass",
    "pg_opfamily",    "pg_am",        "pg_cast",          "pg_collation",
    "pg_ts_config",   "pg_ts_dict",   "pg_ts_parser",     "pg_ts_template",
    "pg_language",    "pg_extension", "pg_statistic_ext", "pg_event_trigger",
    "pg_publication", "pg_database",  "pg_tablespace"};

bool is_word(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '$';
}

/// Calls `use` with each whole number of the text that an object may bear.
template <class Use>
void each_number(std::string_view text, Use use) {
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (!is_word(text[at])) {
      continue;
    }
    const std::size_t begin = at;
    while (at < text.size() && is_word(text[at])) {
      ++at;
    }
    std::uint32_t number = 0;
    const char* end = text.data() + at;
    const auto read = std::from_chars(text.data() + begin, end, number);
    if (read.ec == std::errc() && read.ptr == end && number >= kFirstObject) {
      use(number);
    }
  }
}

std::uint32_t number_at(protocol::ByteView bytes, std::size_t at) {
  std::uint32_t number = 0;
  for (std::size_t i = 0; i < kNumberSize; ++i) {
    number = number << 8U | std::to_integer<std::uint32_t>(bytes[at + i]);
  }
  return number;
}

/// The same of a binary value: wherever four bytes of it may be a number.
template <class Use>
void each_binary_number(protocol::ByteView bytes, Use use) {
  for (std::size_t at = 0; at + kNumberSize <= bytes.size(); ++at) {
    if (const std::uint32_t number = number_at(bytes, at); number >= kFirstObject) {
      use(number);
    }
  }
  each_number(protocol::as_text(bytes), use);
}

/// Whole numbers of a binary parameter: one of four or eight bytes, or an array of the former.
template <class Use>
void each_parameter_number(protocol::ByteView bytes, Use use) {
  constexpr std::size_t kArrayHeader = 20;
  if (bytes.size() == kNumberSize) {
    each_binary_number(bytes, use);
  } else if (bytes.size() == 2 * kNumberSize && number_at(bytes, 0) == 0) {
    each_binary_number(bytes.subspan(kNumberSize), use);
  } else if (bytes.size() > kArrayHeader && number_at(bytes, 0) == 1) {
    for (std::size_t at = kArrayHeader; at + 2 * kNumberSize <= bytes.size();) {
      const std::uint32_t size = number_at(bytes, at);
      at += kNumberSize;
      if (size == kNumberSize) {
        each_binary_number(bytes.subspan(at, kNumberSize), use);
      }
      at += size == 0xffffffffU ? 0 : size;
    }
  }
  each_number(protocol::as_text(bytes), use);
}

}  // namespace

std::vector<std::uint32_t> numbers_in(const Statement& statement) {
  std::vector<std::uint32_t> numbers;
  const auto add = [&](std::uint32_t number) {
    if (std::ranges::find(kNoObjects, number) == kNoObjects.end()) {
      numbers.push_back(number);
    }
  };
  each_number(statement.sql, add);
  for (const Parameter& parameter : statement.parameters) {
    if (!parameter.value) {
      continue;
    }
    if (parameter.format == 0) {
      each_number(protocol::as_text(*parameter.value), add);
    } else {
      each_parameter_number(*parameter.value, add);
    }
  }
  std::ranges::sort(numbers);
  numbers.erase(std::unique(numbers.begin(), numbers.end()), numbers.end());
  return numbers;
}

/// ALTER writes a new version of the row of an object, but leaves what it depends on.
std::string own_numbers_sql(const std::vector<std::uint32_t>& asked) {
  std::string sql = "WITH objects AS MATERIALIZED (";
  for (const char* catalog : kCatalogs) {
    sql += sql.ends_with('(') ? "" : " UNION ALL ";
    sql += "SELECT 'pg_catalog." + std::string(catalog) +
           "'::pg_catalog.regclass::pg_catalog.oid AS catalog, oid, xmin AS version FROM "
           "pg_catalog." +
           catalog;
  }
  sql +=
      "), own AS MATERIALIZED (SELECT o.oid FROM objects o, (SELECT "
      "pg_catalog.pg_current_xact_id()::pg_catalog.xid AS current) t WHERE o.version = t.current "
      "AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d WHERE d.classid = o.catalog AND "
      "d.objid = o.oid AND d.xmin <> t.current)) SELECT oid FROM own";
  if (!asked.empty()) {
    sql += " UNION ALL SELECT 0 FROM pg_catalog.unnest('{";
    for (const std::uint32_t number : asked) {
      sql += sql.back() == '{' ? "" : ",";
      sql += std::to_string(number);
    }
    sql +=
        "}'::pg_catalog.oid[]) n WHERE NOT EXISTS (SELECT FROM objects o WHERE o.oid = n AND "
        "o.oid NOT IN (SELECT oid FROM own)) AND NOT EXISTS (SELECT FROM pg_catalog.pg_roles r "
        "WHERE r.oid = n)";
  }
  return sql;
}

bool show_number(const protocol::RowDescription& columns,
                 protocol::ByteView data_rows,
                 const std::vector<std::uint32_t>& own) {
  bool shown = false;
  const auto look = [&](std::uint32_t number) {
    shown = shown || std::ranges::find(own, number) != own.end();
  };
  std::vector<protocol::Cell> cells;
  while (!shown && data_rows.size() > protocol::kFrameHeaderSize) {
    const std::size_t size = number_at(data_rows, 1) + std::size_t{1};
    const protocol::ByteView body =
        data_rows.subspan(protocol::kFrameHeaderSize, size - protocol::kFrameHeaderSize);
    data_rows = data_rows.subspan(size);
    if (!protocol::decode_data_row(body, cells)) {
      return true;
    }
    for (std::size_t i = 0; i < cells.size() && i < columns.size(); ++i) {
      if (!cells[i]) {
        continue;
      }
      if (columns[i].format == 0) {
        each_number(protocol::as_text(*cells[i]), look);
      } else {
        each_binary_number(*cells[i], look);
      }
    }
  }
  return shown;
}

protocol::ErrorFields number_not_known() {
  return protocol::make_error(
      "ERROR", "0A000",
      "pgveil does not know the OID of an object that is temporary or made by the open transaction "
      "block",
      {}, "Ask by its name, without its OID; or, if it is not temporary, after COMMIT.");
}

}  // namespace pgveil::proxy::twin
