#include "proxy/session/error_scrub.hpp"

#include <gtest/gtest.h>

namespace pgveil::proxy {
namespace {

using protocol::ErrorFields;
using protocol::make_error;

constexpr ScrubContext kTagged{true, true, std::nullopt, std::nullopt};
constexpr ScrubContext kPass{};

ErrorFields with(ErrorFields error, std::initializer_list<std::pair<char, const char*>> more) {
  for (const auto& [field, text] : more) {
    error.set(field, text);
  }
  return error;
}

TEST(ErrorScrub, KeysAreNotQuoted) {
  const auto error = with(
      make_error("ERROR", "23505", "duplicate key value violates unique constraint \"p_ssn_key\"",
                 "Key (pgveil.equality(ssn))=(\\x1234) already exists."),
      {{'s', "public"}, {'t', "p"}, {'n', "p_ssn_key"}, {'R', "_bt_check_unique"}});
  const auto shown = scrub_error(error, kTagged);
  EXPECT_EQ(shown.get('M'), "duplicate key value violates unique constraint \"p_ssn_key\"");
  EXPECT_EQ(shown.get('n'), "p_ssn_key");
  EXPECT_EQ(shown.find('D'), nullptr);
}

TEST(ErrorScrub, WholeRowsAreNotQuoted) {
  for (const char* sqlstate : {"23502", "23514"}) {
    const auto shown = scrub_error(
        make_error("ERROR", sqlstate, "violates", "Failing row contains (1, \\xf8)."), kTagged);
    EXPECT_EQ(shown.find('D'), nullptr) << sqlstate;
    EXPECT_EQ(shown.sqlstate(), sqlstate);
  }
}

TEST(ErrorScrub, ContextAndInternalQueriesAreDropped) {
  const auto shown = scrub_error(
      with(make_error("ERROR", "22012", "division by zero"),
           {{'W', "COPY p, line 1: \"secret\""}, {'q', "SELECT 1"}, {'p', "3"}, {'P', "17"}}),
      kTagged);
  for (const char field : {'W', 'q', 'p', 'P'}) {
    EXPECT_EQ(shown.find(field), nullptr) << field;
  }
}

TEST(ErrorScrub, MessagesThatNameOurSchemaAreReworded) {
  const auto shown =
      scrub_error(with(make_error("ERROR", "23505", "duplicate key (pgveil.equality(ssn))"),
                       {{'n', "p_ssn_key"}, {'t', "p"}}),
                  kTagged);
  EXPECT_EQ(shown.get('M'), "duplicate key value violates unique constraint \"p_ssn_key\"");
  const auto other =
      scrub_error(make_error("ERROR", "42883", "function pgveil.text_terms(bytea)"), kTagged);
  EXPECT_EQ(other.get('M'), "internal error");
  EXPECT_EQ(other.sqlstate(), "42883");
}

TEST(ErrorScrub, ADomainFailureIsOurs) {
  const auto shown = scrub_error(
      with(make_error("ERROR", "23514",
                      "value for domain pgveil.text violates check constraint \"is_sealed\""),
           {{'s', "pgveil"}, {'d', "text"}, {'n', "is_sealed"}}),
      kPass);
  EXPECT_EQ(shown.sqlstate(), "XX000");
  EXPECT_EQ(shown.find('n'), nullptr);
}

TEST(ErrorScrub, WhatPassesStaysAsItIs) {
  const auto error = with(make_error("ERROR", "23505", "duplicate key", "Key (id)=(7) exists."),
                          {{'P', "3"}, {'W', "line 1"}});
  EXPECT_EQ(scrub_error(error, kPass), error);
}

TEST(ErrorScrub, SealedBytesAreNotQuotedEvenWhereNothingIsTagged) {
  const auto shown = scrub_error(
      make_error("ERROR", "23502", "null value", "Failing row contains (1, \\xf801)."), kPass);
  EXPECT_EQ(shown.find('D'), nullptr);
}

TEST(ErrorScrub, PositionsAreMovedToTheClientsText) {
  ScrubContext context;
  context.shift = {30, 12};
  EXPECT_EQ(scrub_error(with(make_error("ERROR", "42703", "no"), {{'P', "37"}}), context).get('P'),
            "19");
  EXPECT_EQ(scrub_error(with(make_error("ERROR", "42703", "no"), {{'P', "7"}}), context).find('P'),
            nullptr);
}

TEST(ErrorScrub, NoticesThatSpeakOfUsAreNotShown) {
  EXPECT_FALSE(scrub_notice(make_error("NOTICE", "00000", "view pgveil.raw"), kTagged));
  EXPECT_TRUE(scrub_notice(make_error("NOTICE", "00000", "hello"), kTagged));
}

TEST(ErrorScrub, KnowsTheErrorsThatItProvokes) {
  EXPECT_TRUE(is_provoked(
      make_error("ERROR", "42883", "function pg_catalog.pgveil_refused() does not exist")));
  EXPECT_TRUE(
      is_provoked(make_error("ERROR", "42601", "syntax error at or near \"pgveil_refused\"")));
  EXPECT_FALSE(is_provoked(make_error("ERROR", "25P02", "current transaction is aborted")));
}

TEST(ErrorScrub, APositionInALiteralIsThatOfTheClientsLiteral) {
  // The client's: SELECT x FROM t WHERE d > 'né' AND s = 'b' AND e < 'oops'
  policy::SqlTemplate sql;
  sql.text = {"SELECT é, ", " WHERE d > ", " AND t = ", ""};
  const auto slot = [](std::uint16_t literal, policy::ValueUse::Kind kind) {
    policy::Slot made;
    made.source = {policy::ValueSource::From::Literal, literal};
    made.use.kind = kind;
    return made;
  };
  using Use = policy::ValueUse::Kind;
  sql.slots = {slot(1, Use::Verbatim), slot(0, Use::Verbatim), slot(2, Use::EqualityTerm)};
  const std::vector<LiteralText> literals{"'né'", "'b'", "'oops'"};
  const std::vector<std::uint32_t> positions{26, 39, 51};
  const LiteralMap map{&sql, &literals, &positions, 0};
  EXPECT_EQ(client_position(map, 11), 40U);  // 'b'
  EXPECT_EQ(client_position(map, 13), 42U);
  EXPECT_EQ(client_position(map, 25), 27U);  // 'né'
  EXPECT_EQ(client_position(map, 28), 30U);
  EXPECT_EQ(client_position(map, 29), std::nullopt);
  EXPECT_EQ(client_position(map, 3), std::nullopt);
  EXPECT_EQ(client_position(map, 38), std::nullopt);  // what became of 'oops' has another length
  const LiteralMap later{&sql, &literals, &positions, 100};
  EXPECT_EQ(client_position(later, 111), 40U);
  EXPECT_EQ(client_position(later, 11), std::nullopt);
}

}  // namespace
}  // namespace pgveil::proxy
