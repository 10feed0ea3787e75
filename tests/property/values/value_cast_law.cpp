// Law: casting a client's value to the column's type is what PostgreSQL's assignment and `=` do.

#include "protocol/value/cast.hpp"
#include "tests/property/values/asked_server.hpp"
#include "tests/property/values/generate.hpp"

#include <gtest/gtest.h>

namespace pgveil::test {
namespace {

using namespace protocol;
using namespace protocol::value;

SessionFormat utc() {
  SessionFormat session;
  session.zone = Zone::Utc;
  return session;
}

Bytes any_value(TypeOid type, Rng& rng) {
  for (;;) {
    const Converted read = rng.one_in(2) ? from_text(type, any_spelling(type, rng), utc())
                                         : from_binary(type, any_binary(type, rng));
    if (const auto* canonical = std::get_if<Canonical>(&read)) {
      return canonical->bytes;
    }
  }
}

TEST(ValueCastLaw, AssignmentsConvertAsTheServerDoes) {
  AskedServer& server = AskedServer::instance();
  server.run("SET TimeZone = 'UTC'");
  Rng rng(seed() + 1);
  int compared = 0;
  for (const TypeCase& to : kTypes) {
    server.run(std::string("SET client_min_messages = error; DROP TABLE IF EXISTS assigned; CREATE "
                           "TABLE assigned(v ") +
               to.name + ")");
    for (const TypeCase& from : kTypes) {
      const Bytes sample = any_value(from.oid, rng);
      if (std::holds_alternative<NeedsTwin>(
              cast_for_assignment(from.oid, to.oid, Canonical{sample}, utc()))) {
        continue;
      }
      server.prepare("assign", std::string("INSERT INTO assigned VALUES ($1::") + from.name +
                                   ") RETURNING pg_catalog." + to.send + "(v)");
      for (int i = 0; i < 200; ++i, ++compared) {
        const Bytes value = any_value(from.oid, rng);
        const Converted mine = cast_for_assignment(from.oid, to.oid, Canonical{value}, utc());
        const Answer theirs = server.ask("assign", value, 1, 1);
        ASSERT_EQ(shown_answer(answer_of(mine)), shown_answer(theirs))
            << from.name << " to " << to.name << " " << shown(value);
      }
    }
  }
  EXPECT_GT(compared, 10'000);
}

/// A value of the column that may well equal `value`.
Bytes near(TypeOid value_type, TypeOid column_type, const Bytes& value, Rng& rng) {
  const Converted cast = cast_for_assignment(value_type, column_type, Canonical{value}, utc());
  const auto* canonical = std::get_if<Canonical>(&cast);
  return canonical != nullptr && !rng.one_in(4) ? canonical->bytes : any_value(column_type, rng);
}

TEST(ValueCastLaw, ComparisonsFindTheEqualValueOrNone) {
  AskedServer& server = AskedServer::instance();
  server.run("SET TimeZone = 'UTC'");
  Rng rng(seed() + 2);
  int compared = 0;
  for (const TypeCase& column : kTypes) {
    for (const TypeCase& from : kTypes) {
      if (std::holds_alternative<NotComparable>(cast_for_comparison(
              from.oid, column.oid, Canonical{any_value(from.oid, rng)}, utc()))) {
        continue;
      }
      server.prepare("equal", std::string("SELECT $1::") + column.name + " = $2::" + from.name);
      for (int i = 0; i < 150; ++i, ++compared) {
        const Bytes value = any_value(from.oid, rng);
        const Bytes cell = near(from.oid, column.oid, value, rng);
        const Answer theirs = server.ask_two("equal", cell, value);
        if (std::holds_alternative<PgError>(theirs)) {
          continue;
        }
        const Comparable cast = cast_for_comparison(from.oid, column.oid, Canonical{value}, utc());
        bool equal = false;
        if (const auto* canonical = std::get_if<Canonical>(&cast)) {
          Bytes form_cell;
          Bytes form_value;
          ASSERT_TRUE(equality_form(column.oid, cell, form_cell));
          ASSERT_TRUE(equality_form(column.oid, canonical->bytes, form_value));
          equal = form_cell == form_value;
        } else {
          ASSERT_TRUE(std::holds_alternative<NeverEqual>(cast));
        }
        ASSERT_EQ(equal, as_text(std::get<Bytes>(theirs)) == "t")
            << column.name << " = " << from.name << ": " << shown(cell) << " " << shown(value);
      }
    }
  }
  EXPECT_GT(compared, 4'000);
}

}  // namespace
}  // namespace pgveil::test
