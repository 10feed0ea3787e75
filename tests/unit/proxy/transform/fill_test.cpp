#include "proxy/transform/fill.hpp"

#include "proxy/transform/array_value.hpp"
#include "tests/unit/proxy/transform/clinic_keys.hpp"

#include <gtest/gtest.h>

namespace pgveil::proxy::transform {
namespace {

using Kind = policy::ValueUse::Kind;
using protocol::value::PgError;

policy::ValueUse use_of(Kind kind, policy::TypeOid base, policy::TypeOid value = 0) {
  policy::ValueUse use;
  use.kind = kind;
  use.field = kSsn;
  use.base_type = base;
  use.value_type = value;
  return use;
}

policy::ServerParameter parameter(policy::ValueUse use, std::uint16_t index = 1) {
  return {index, use, 17};
}

policy::Slot literal_slot(policy::ValueUse use, std::uint16_t index) {
  return {{policy::ValueSource::From::Literal, index}, use};
}

/// One parameter through one use.
FilledParameters filled(policy::ValueUse use,
                        const std::optional<Bytes>& value,
                        std::int16_t format = 0,
                        std::span<const ConversionResult> converted = {}) {
  const ClientParameter sent[] = {{value ? protocol::Cell(*value) : protocol::Cell(), format}};
  ClientValues values;
  values.parameters = sent;
  const policy::ServerParameter parameters[] = {parameter(use)};
  auto result = fill_parameters(parameters, values, clinic_keys(), converted);
  EXPECT_TRUE(result.has_value());
  return *std::move(result);
}

std::optional<Bytes> value_of(const FilledParameters& result) {
  const auto* values = std::get_if<std::vector<ServerValue>>(&result);
  EXPECT_NE(values, nullptr);
  return values != nullptr ? (*values)[0].bytes : std::nullopt;
}

std::string error_of(const FilledParameters& result) {
  const auto* error = std::get_if<ValueError>(&result);
  return error != nullptr ? error->error.sqlstate + " " + error->error.message : "no error";
}

Bytes term_of(std::string_view form, policy::FieldId field = kSsn) {
  const auto* key = clinic_keys().current_term_key(static_cast<crypto::FieldId>(field));
  const auto term = crypto::equality_term(*key, crypto::as_bytes(form));
  return {(*term).begin(), (*term).end()};
}

TEST(Fill, SealsParametersOfBothFormats) {
  const auto text = value_of(filled(use_of(Kind::Seal, 25), bytes("078-05-1120")));
  EXPECT_EQ(opened(kSsn, *text), "078-05-1120");
  const auto number = value_of(filled(use_of(Kind::Seal, 23), bytes("258")));
  EXPECT_EQ(opened(kSsn, *number), std::string("\0\0\1\2", 4));
  const auto binary = value_of(filled(use_of(Kind::Seal, 23), bytes({"\0\0\1\2", 4}), 1));
  EXPECT_EQ(opened(kSsn, *binary), std::string("\0\0\1\2", 4));
  EXPECT_EQ(value_of(filled(use_of(Kind::Seal, 25), std::nullopt)), std::nullopt);
}

TEST(Fill, SealedValuesCarryTheirTerms) {
  auto use = use_of(Kind::Seal, 1042);
  use.typmod = 5 + 4;
  use.terms = {true, true, true};
  use.pad = 16;
  const auto value = value_of(filled(use, bytes("Ab")));
  EXPECT_EQ(opened(kSsn, *value), "Ab   ");
  const auto view = crypto::read_sealed(*value);
  ASSERT_TRUE(view);
  EXPECT_EQ(Bytes((*view).equality.begin(), (*view).equality.end()), term_of("Ab"));
  const auto* key = clinic_keys().current_term_key(static_cast<crypto::FieldId>(kSsn));
  const auto folded = crypto::folded_term(*key, "ab");
  EXPECT_TRUE(std::ranges::equal((*view).folded, *folded));
  EXPECT_FALSE((*view).text.empty());
}

TEST(Fill, AssignmentsFailAsInPostgres) {
  auto varchar = use_of(Kind::Seal, 1043);
  varchar.typmod = 3 + 4;
  EXPECT_EQ(error_of(filled(varchar, bytes("abcd"))),
            "22001 value too long for type character varying(3)");
  EXPECT_EQ(error_of(filled(use_of(Kind::Seal, 23), bytes("x"))),
            "22P02 invalid input syntax for type integer: \"x\"");
  EXPECT_EQ(error_of(filled(use_of(Kind::Seal, 23, 20), bytes("5000000000"))),
            "22003 integer out of range");
  EXPECT_EQ(error_of(filled(use_of(Kind::Seal, 23), bytes("123"), 1)),
            "08P01 insufficient data left in message");
}

TEST(Fill, TermsAreOverTheColumnsType) {
  EXPECT_EQ(value_of(filled(use_of(Kind::EqualityTerm, 25), bytes("078"))), term_of("078"));
  EXPECT_EQ(value_of(filled(use_of(Kind::EqualityTerm, 23, 20), bytes("258"))),
            term_of({"\0\0\1\2", 4}));
  EXPECT_EQ(value_of(filled(use_of(Kind::EqualityTerm, 23, 1700), bytes("258.00"))),
            term_of({"\0\0\1\2", 4}));
  EXPECT_EQ(value_of(filled(use_of(Kind::EqualityTerm, 25), std::nullopt)), std::nullopt);
}

TEST(Fill, ValuesThatTheColumnCannotHoldEqualNothing) {
  EXPECT_EQ(value_of(filled(use_of(Kind::EqualityTerm, 23, 20), bytes("5000000000"))), Bytes());
  EXPECT_EQ(value_of(filled(use_of(Kind::EqualityTerm, 23, 1700), bytes("1.5"))), Bytes());
  EXPECT_EQ(error_of(filled(use_of(Kind::EqualityTerm, 25, 1042), bytes("x"))),
            "0A000 a value of this type cannot be compared with the sealed column");
}

TEST(Fill, FoldedTermsFoldTheParameterToo) {
  const auto* key = clinic_keys().current_term_key(static_cast<crypto::FieldId>(kSsn));
  const auto term = crypto::folded_term(*key, "meier");
  EXPECT_EQ(value_of(filled(use_of(Kind::FoldedTerm, 25), bytes("MEIER"))),
            Bytes((*term).begin(), (*term).end()));
}

TEST(Fill, PatternsWithoutARunAreNull) {
  EXPECT_EQ(value_of(filled(use_of(Kind::TextQuery, 25), bytes("%_%"))), std::nullopt);
  const auto query = value_of(filled(use_of(Kind::TextQuery, 25), bytes("%smith%")));
  ASSERT_TRUE(query);
  EXPECT_NE(protocol::as_text(*query).find('&'), std::string_view::npos);
  EXPECT_EQ(value_of(filled(use_of(Kind::TextQuery, 1042), bytes("%   "))), std::nullopt);
}

TEST(Fill, ArraysGiveATermPerElement) {
  const auto terms =
      value_of(filled(use_of(Kind::EqualityTerms, 25, 1009), bytes("{a,NULL,\"b\"}")));
  const auto array = read_array_binary(*terms, 17);
  ASSERT_TRUE(array);
  ASSERT_EQ(array->elements.size(), 3U);
  EXPECT_EQ(array->elements[0], term_of("a"));
  EXPECT_EQ(array->elements[1], std::nullopt);
  EXPECT_EQ(array->elements[2], term_of("b"));
  Bytes sent;
  const std::vector<std::optional<Bytes>> elements{bytes({"\0\0\0\0\0\0\1\2", 8}),
                                                   bytes("\x7fxxxxxxx")};
  write_array_binary(elements, 20, sent);
  const auto numbers = value_of(filled(use_of(Kind::EqualityTerms, 23, 1016), sent, 1));
  const auto read = read_array_binary(*numbers, 17);
  ASSERT_TRUE(read);
  EXPECT_EQ(read->elements[0], term_of({"\0\0\1\2", 4}));
  EXPECT_EQ(read->elements[1], Bytes());
  EXPECT_EQ(error_of(filled(use_of(Kind::EqualityTerms, 23, 1007), bytes("{1,x}"))),
            "22P02 invalid input syntax for type integer: \"x\"");
}

TEST(Fill, AsksTheTwinAndGoesOnWithItsAnswer) {
  const auto use = use_of(Kind::Seal, 1082);
  const auto first = filled(use, bytes("yesterday"));
  const auto* wanted = std::get_if<std::vector<Conversion>>(&first);
  ASSERT_NE(wanted, nullptr);
  ASSERT_EQ(wanted->size(), 1U);
  EXPECT_EQ((*wanted)[0].from, 1082U);
  EXPECT_EQ((*wanted)[0].to, 1082U);
  EXPECT_EQ(protocol::as_text((*wanted)[0].bytes), "yesterday");
  const ConversionResult answer[] = {bytes({"\0\0\0\5", 4})};
  EXPECT_EQ(opened(kSsn, *value_of(filled(use, bytes("yesterday"), 0, answer))),
            std::string("\0\0\0\5", 4));
  const ConversionResult failure[] = {PgError{"22007", "no such day", ""}};
  EXPECT_EQ(error_of(filled(use, bytes("yesterdax"), 0, failure)), "22007 no such day");
}

TEST(Fill, WholeArraysGoToTheTwinWhenOneElementMust) {
  const auto use = use_of(Kind::EqualityTerms, 1082, 1182);
  const auto first = filled(use, bytes("{2000-01-01,today}"));
  const auto* wanted = std::get_if<std::vector<Conversion>>(&first);
  ASSERT_NE(wanted, nullptr);
  EXPECT_EQ((*wanted)[0].to, 1182U);
  Bytes array;
  const std::vector<std::optional<Bytes>> days{bytes({"\0\0\0\0", 4}), bytes({"\0\0\0\5", 4})};
  write_array_binary(days, 1082, array);
  const ConversionResult answer[] = {array};
  const auto terms =
      read_array_binary(*value_of(filled(use, bytes("{2000-01-01,today}"), 0, answer)), 17);
  ASSERT_TRUE(terms);
  EXPECT_EQ(terms->elements[1], term_of({"\0\0\0\5", 4}));
}

TEST(Fill, WritesLiteralsIntoTheText) {
  policy::SqlTemplate sql;
  sql.text = {"INSERT INTO t VALUES (", ", ", ", ", ")"};
  sql.slots = {literal_slot(use_of(Kind::Verbatim, 0), 0),
               literal_slot(use_of(Kind::EqualityTerm, 25), 1),
               literal_slot(use_of(Kind::Seal, 25), 2)};
  const std::string_view literals[] = {"'it''s'", "E'\\x30\\67\\70'", "NULL"};
  ClientValues values;
  values.literals = literals;
  const auto filled_sql = fill_sql(sql, values, clinic_keys());
  ASSERT_TRUE(filled_sql);
  EXPECT_EQ(std::get<std::string>(*filled_sql), "INSERT INTO t VALUES ('it''s', '\\x" +
                                                    crypto::hex_encode(term_of("078")) +
                                                    "'::pg_catalog.bytea, NULL::pg_catalog.bytea)");
  values.backslash_quotes = true;
  const auto escaped = fill_sql(sql, values, clinic_keys());
  EXPECT_NE(std::get<std::string>(*escaped).find("E'\\\\x"), std::string::npos);
}

TEST(Fill, SaysWhichLiteralIsWrong) {
  policy::SqlTemplate sql;
  sql.text = {"", ""};
  sql.slots = {literal_slot(use_of(Kind::Seal, 23), 1)};
  const std::string_view literals[] = {"1", "'x'"};
  ClientValues values;
  values.literals = literals;
  const auto result = fill_sql(sql, values, clinic_keys());
  ASSERT_TRUE(result);
  const auto& error = std::get<ValueError>(*result);
  EXPECT_EQ(error.source.index, 1);
  EXPECT_EQ(error.error.message, "invalid input syntax for type integer: \"x\"");
}

TEST(Fill, PlansThatNameMissingValuesFail) {
  const policy::ServerParameter parameters[] = {parameter(use_of(Kind::Seal, 25), 2)};
  const ClientParameter sent[] = {{}};
  ClientValues values;
  values.parameters = sent;
  const auto result = fill_parameters(parameters, values, clinic_keys());
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, Errc::PlanMismatch);
  policy::SqlTemplate sql;
  sql.slots = {literal_slot(use_of(Kind::Seal, 25), 0)};
  EXPECT_FALSE(fill_sql(sql, values, clinic_keys()));
}

TEST(Fill, VerbatimParametersGoAsTheyCame) {
  const auto value = filled(use_of(Kind::Verbatim, 0), bytes("\1\2"), 1);
  EXPECT_EQ(value_of(value), bytes("\1\2"));
  EXPECT_EQ(std::get<std::vector<ServerValue>>(value)[0].format, 1);
}

/// How many terms one bound gives; -1: no condition.
int terms_of(policy::TypeOid base,
             policy::TypeOid value_type,
             const char* unit,
             policy::ValueUse::Bound bound,
             const std::optional<Bytes>& value) {
  auto use = use_of(Kind::RangeTerms, base, value_type);
  use.terms.range = unit;
  use.bound = bound;
  const auto cell = value_of(filled(use, value));
  if (!cell) {
    return -1;
  }
  const auto terms = read_array_binary(*cell, 17);
  EXPECT_TRUE(terms);
  return static_cast<int>(terms->elements.size());
}

TEST(Fill, BoundsBecomeTheTermsOfTheirBuckets) {
  using Bound = policy::ValueUse::Bound;
  const auto day = bytes("2000-01-15");
  EXPECT_EQ(terms_of(1082, 1082, "year", Bound::Exact, day), 1);
  EXPECT_EQ(terms_of(1082, 1082, "year", Bound::Low, day), 138);  // 2000 … 2137
  EXPECT_EQ(terms_of(1082, 1082, "year", Bound::High, day), 65);  // 1936 … 2000
  EXPECT_EQ(terms_of(1082, 1082, "day", Bound::Low, day), -1);    // too many
  EXPECT_EQ(terms_of(1082, 1082, "year", Bound::Low, std::nullopt), 0);
  EXPECT_EQ(terms_of(1082, 1114, "year", Bound::Exact, bytes("2000-01-15 12:00")), 1);
  EXPECT_EQ(terms_of(23, 1700, "10", Bound::High, bytes("-20479.5")), 1);
  EXPECT_EQ(terms_of(23, 20, "10", Bound::Low, bytes("9000000000")), 1);
  auto use = use_of(Kind::RangeTerms, 23, 23);
  use.terms.range = "10";
  EXPECT_EQ(error_of(filled(use, bytes("ten"))).substr(0, 5), "22P02");
}

TEST(Fill, TwoBoundsAreOneList) {
  auto use = use_of(Kind::RangeTerms, 1082, 1082);
  use.terms.range = "year";
  use.bound = policy::ValueUse::Bound::Low;
  use.to = policy::ValueUse::Upper{{policy::ValueSource::From::Parameter, 2}, 1082};
  const auto terms = [&](const char* low, const char* high) {
    const Bytes a = bytes(low);
    const Bytes b = bytes(high);
    const ClientParameter sent[] = {{protocol::Cell(a), 0}, {protocol::Cell(b), 0}};
    ClientValues values;
    values.parameters = sent;
    const policy::ServerParameter parameters[] = {parameter(use)};
    const auto result = fill_parameters(parameters, values, clinic_keys());
    EXPECT_TRUE(result.has_value());
    return read_array_binary(*value_of(*result), 17)->elements.size();
  };
  EXPECT_EQ(terms("1950-01-01", "1959-12-31"), 10U);
  EXPECT_EQ(terms("1959-12-31", "1950-01-01"), 0U);
}

TEST(Fill, SealedValuesCarryBuckets) {
  auto use = use_of(Kind::Seal, 1082);
  use.terms.range = "year";
  use.terms.order = "month";
  const auto cell = value_of(filled(use, bytes("1999-05-05")));
  const auto view = crypto::read_sealed(*cell);
  ASSERT_TRUE(view);
  const auto* key = clinic_keys().current_term_key(static_cast<crypto::FieldId>(kSsn));
  EXPECT_EQ(crypto::hex_encode((*view).range),
            crypto::hex_encode(*crypto::range_term(*key, "year", -1)));
  EXPECT_EQ((*view).order.size(), 16U);
}

}  // namespace
}  // namespace pgveil::proxy::transform
