// Law: the native mask and the mask's SQL on a real PostgreSQL give the same bytes.

#include "proxy/transform/mask_value.hpp"
#include "tests/property/values/asked_server.hpp"
#include "tests/property/values/generate.hpp"

#include <gtest/gtest.h>

namespace pgveil::test {
namespace {

using namespace protocol;
using namespace protocol::value;
using policy::MaskKind;

struct Column {
  TypeOid type = 0;
  std::int32_t typmod = -1;
  const char* sql = "";
  const char* send = "";
};

constexpr Column kColumns[] = {{kText, -1, "text", "textsend"},
                               {kVarchar, -1, "varchar", "varcharsend"},
                               {kVarchar, 2 + 4, "varchar(2)", "varcharsend"},
                               {kVarchar, 11 + 4, "varchar(11)", "varcharsend"},
                               {kBpchar, -1, "bpchar", "bpcharsend"},
                               {kBpchar, 2 + 4, "char(2)", "bpcharsend"},
                               {kBpchar, 9 + 4, "char(9)", "bpcharsend"},
                               {kDate, -1, "date", "date_send"},
                               {kTimestamp, -1, "timestamp", "timestamp_send"},
                               {kTimestamp, 3, "timestamp(3)", "timestamp_send"}};

constexpr MaskKind kKinds[] = {MaskKind::None,  MaskKind::Null, MaskKind::Redact,
                               MaskKind::Last4, MaskKind::Year, MaskKind::Zip3};

std::string any_zip(Rng& rng) {
  static constexpr const char* kZips[] = {
      "036", "03601", "12345-6789", "12345", "89399", "1234", "12",  "1",   "",   "12a",
      "١٢٣", "00501", " 12345",     "369  ", "36 90", "053",  "590", "6 0", "3 0"};
  return rng.one_in(2) ? rng.pick(kZips) : rng.text("0123456789", 9);
}

/// A value as it is stored in the column: with the modifier applied.
std::optional<Bytes> any_stored(const Column& column, Rng& rng) {
  const std::string text =
      is_text(column.type) && rng.one_in(2) ? any_zip(rng) : any_spelling(column.type, rng);
  Converted read = rng.one_in(3) ? from_binary(column.type, any_binary(column.type, rng))
                                 : from_text(column.type, text, SessionFormat{});
  if (!std::holds_alternative<Canonical>(read)) {
    return std::nullopt;
  }
  const Converted stored =
      apply_typmod(column.type, column.typmod, std::get<Canonical>(std::move(read)));
  const auto* canonical = std::get_if<Canonical>(&stored);
  // Rounding can leave the calendar by a microsecond: PostgreSQL stores that and cannot read it again.
  const bool readable = canonical != nullptr && std::holds_alternative<Canonical>(
                                                    from_binary(column.type, canonical->bytes));
  return readable ? std::optional(canonical->bytes) : std::nullopt;
}

TEST(MaskLaw, NativeAndSqlGiveTheSameBytes) {
  AskedServer& server = AskedServer::instance();
  Rng rng(seed() + 3);
  int compared = 0;
  for (const MaskKind kind : kKinds) {
    for (const Column& column : kColumns) {
      if (!policy::applies_to(kind, column.type)) {
        continue;
      }
      const std::string masked = policy::mask_sql(kind, "v", column.type, column.sql);
      server.prepare("mask", "SELECT pg_catalog." + std::string(column.send) + "(" + masked +
                                 ") FROM (SELECT $1::" + column.sql + ") t(v)");
      for (int i = 0; i < 1'000; ++i) {
        const auto stored = any_stored(column, rng);
        if (!stored) {
          continue;
        }
        const Answer theirs = server.ask("mask", *stored, 1, 1);
        Bytes mine;
        const auto outcome =
            proxy::transform::mask_value(kind, column.type, column.typmod, *stored, mine);
        ASSERT_NE(outcome, proxy::transform::Masked::Malformed);
        const Answer answer = outcome == proxy::transform::Masked::Null ? Answer() : Answer(mine);
        ASSERT_EQ(shown_answer(answer), shown_answer(theirs))
            << policy::name(kind) << " " << column.sql << " " << shown(*stored);
        ++compared;
      }
      const std::string of_null = policy::mask_sql(kind, "v", column.type, column.sql);
      server.prepare("null", "SELECT " + of_null + " FROM (SELECT NULL::" + column.sql +
                                 ") t(v) WHERE $1::text IS NOT NULL");
      EXPECT_EQ("NULL", shown_answer(server.ask("null", as_bytes("x"), 0, 0)));
    }
  }
  EXPECT_GT(compared, 15'000);
}

}  // namespace
}  // namespace pgveil::test
