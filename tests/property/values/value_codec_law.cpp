// Law: what the native codecs answer is what PostgreSQL answers: same bytes, same text, same SQLSTATE,
// message and detail. Where they say NeedsTwin there is nothing to compare; plain spellings must not.

#include "protocol/value/codec.hpp"
#include "protocol/value/datetime.hpp"
#include "tests/property/values/asked_server.hpp"
#include "tests/property/values/generate.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace pgveil::test {
namespace {

using namespace protocol;
using namespace protocol::value;

constexpr int kValues = 2'500;

class ValueCodecLaw : public testing::TestWithParam<TypeCase> {
 protected:
  AskedServer& server() { return AskedServer::instance(); }

  Rng rng{seed() ^ GetParam().oid};
};

SessionFormat utc() {
  SessionFormat session;
  session.zone = Zone::Utc;
  return session;
}

std::string send_of(const TypeCase& type) { return std::string("pg_catalog.") + type.send; }

TEST_P(ValueCodecLaw, TextIsReadAsTheServerReadsIt) {
  const TypeCase& type = GetParam();
  server().run("SET timezone = 'UTC'");
  server().prepare("read", "SELECT " + send_of(type) + "($1::" + type.name + ")");
  int native = 0;
  for (int i = 0; i < kValues; ++i) {
    const std::string text = any_spelling(type.oid, rng);
    const Converted mine = from_text(type.oid, text, utc());
    if (std::holds_alternative<NeedsTwin>(mine)) {
      continue;
    }
    ++native;
    const Answer theirs = server().ask("read", as_bytes(text), 0, 1);
    ASSERT_EQ(shown_answer(answer_of(mine)), shown_answer(theirs))
        << type.name << " '" << text << "'";
  }
  RecordProperty("native", native);
  EXPECT_GT(native, kValues / 4) << "too much is left to the twin";
}

TEST_P(ValueCodecLaw, BinaryIsReadAsTheServerReadsIt) {
  const TypeCase& type = GetParam();
  server().prepare("read", "SELECT " + send_of(type) + "($1::" + type.name + ")");
  for (int i = 0; i < kValues; ++i) {
    const Bytes bytes = any_binary(type.oid, rng);
    const Answer theirs = server().ask("read", bytes, 1, 1);
    ASSERT_EQ(shown_answer(answer_of(from_binary(type.oid, bytes))), shown_answer(theirs))
        << type.name << " " << shown(bytes);
  }
}

TEST_P(ValueCodecLaw, TextIsWrittenAsTheServerWritesIt) {
  const TypeCase& type = GetParam();

  struct Setting {
    const char* name;
    const char* value;
  };

  static constexpr Setting kSettings[] = {
      {"DateStyle", "ISO, MDY"},      {"DateStyle", "SQL, DMY"},      {"DateStyle", "SQL, MDY"},
      {"DateStyle", "Postgres, DMY"}, {"DateStyle", "Postgres, MDY"}, {"DateStyle", "German, DMY"},
      {"DateStyle", "ISO, YMD"},      {"DateStyle", "Postgres, YMD"}, {"TimeZone", "GMT"},
      {"TimeZone", "Etc/UTC"},        {"bytea_output", "escape"},     {"bytea_output", "hex"}};
  server().prepare("write", std::string("SELECT $1::") + type.name);
  SessionFormat session;
  server().run("SET TimeZone = 'UTC'; SET DateStyle = 'ISO, MDY'");
  ASSERT_TRUE(session.apply("timezone", "UTC"));
  for (const Setting& setting : kSettings) {
    server().run(std::string("SET ") + setting.name + " = '" + setting.value + "'");
    ASSERT_TRUE(session.apply(setting.name, setting.value));
    ASSERT_TRUE(native_output(type.oid, session));
    for (int i = 0; i < kValues / 8; ++i) {
      const Converted value = from_binary(type.oid, any_binary(type.oid, rng));
      const auto* canonical = std::get_if<Canonical>(&value);
      if (canonical == nullptr) {
        continue;
      }
      Bytes mine;
      ASSERT_EQ(to_text(type.oid, canonical->bytes, session, mine), Output::Done);
      const Answer theirs = server().ask("write", canonical->bytes, 1, 0);
      ASSERT_EQ(shown_answer(theirs), shown(mine))
          << type.name << " under " << setting.value << ": " << as_text(mine);
    }
  }
  server().run("RESET ALL");
}

TEST_P(ValueCodecLaw, ModifiersAreEnforcedAsAnAssignmentDoes) {
  const TypeCase& type = GetParam();
  if (std::string_view(type.modified).empty()) {
    return;
  }
  std::vector<std::string> modified{type.modified};
  if (type.oid == kNumeric) {
    modified.insert(modified.end(), {"numeric(10,0)", "numeric(3,5)", "numeric(5,-2)",
                                     "numeric(1000,500)", "numeric(4,4)"});
  } else if (type.oid == kVarchar) {
    modified.emplace_back("varchar(40)");
  } else if (type.oid == kBpchar) {
    modified.insert(modified.end(), {"char(1)", "char(20)"});
  } else {
    modified.insert(modified.end(), {std::string(type.name) + "(6)", std::string(type.name) + "(0)",
                                     std::string(type.name) + "(3)"});
  }
  server().run("SET TimeZone = 'UTC'");
  for (const std::string& column : modified) {
    server().run(
        "SET client_min_messages = error; DROP TABLE IF EXISTS assigned; CREATE TABLE assigned(v " +
        column + ")");
    server().prepare("mod",
                     "SELECT atttypmod FROM pg_attribute WHERE attrelid = 'assigned'::regclass"
                     " AND attnum = 1 AND $1::text IS NOT NULL");
    const Answer typmod_text = server().ask("mod", as_bytes("x"), 0, 0);
    const int typmod = std::stoi(std::string(as_text(std::get<Bytes>(typmod_text))));
    server().prepare("assign", std::string("INSERT INTO assigned VALUES ($1::") + type.name +
                                   ") RETURNING " + send_of(type) + "(v)");
    server().run("BEGIN");
    for (int i = 0; i < kValues / 4; ++i) {
      const bool text = rng.one_in(2);
      const Converted read = text ? from_text(type.oid, any_spelling(type.oid, rng), utc())
                                  : from_binary(type.oid, any_binary(type.oid, rng));
      const auto* canonical = std::get_if<Canonical>(&read);
      if (canonical == nullptr) {
        continue;
      }
      server().run("SAVEPOINT s");
      const Answer theirs = server().ask("assign", canonical->bytes, 1, 1);
      server().run("ROLLBACK TO s; RELEASE s");
      ASSERT_EQ(shown_answer(answer_of(apply_typmod(type.oid, typmod, *canonical))),
                shown_answer(theirs))
          << column << " " << shown(canonical->bytes);
    }
    server().run("ROLLBACK");
  }
}

TEST_P(ValueCodecLaw, EqualForTheServerIsEqualInEqualityForm) {
  const TypeCase& type = GetParam();
  server().prepare("equal", std::string("SELECT $1::") + type.name + " = $2::" + type.name);
  std::vector<Bytes> values;
  while (values.size() < 300) {
    const Converted read = rng.one_in(2) ? from_text(type.oid, any_spelling(type.oid, rng), utc())
                                         : from_binary(type.oid, any_binary(type.oid, rng));
    if (const auto* canonical = std::get_if<Canonical>(&read)) {
      values.push_back(canonical->bytes);
      // A neighbour that may be equal: other scale, blanks.
      Bytes near = canonical->bytes;
      if (type.oid == kNumeric && near[7] < std::byte{0x20} &&
          (near[4] & std::byte{0x80}) == std::byte{0}) {
        near[7] = std::byte{0x20};
      } else if (protocol::value::is_text(type.oid)) {
        near.push_back(std::byte{' '});
      }
      values.push_back(near);
    }
  }
  for (int i = 0; i < kValues; ++i) {
    const Bytes& a = values[rng.below(values.size())];
    const std::size_t other =
        rng.one_in(2) ? static_cast<std::size_t>(&a - values.data()) ^ 1 : rng.below(values.size());
    const Bytes& b = values[other];
    const Answer theirs = server().ask_two("equal", a, b);
    if (std::holds_alternative<PgError>(theirs)) {
      continue;
    }
    Bytes form_a;
    Bytes form_b;
    ASSERT_TRUE(equality_form(type.oid, a, form_a));
    ASSERT_TRUE(equality_form(type.oid, b, form_b));
    ASSERT_EQ(form_a == form_b, as_text(std::get<Bytes>(theirs)) == "t")
        << type.name << " " << shown(a) << " " << shown(b);
  }
}

INSTANTIATE_TEST_SUITE_P(Types, ValueCodecLaw, testing::ValuesIn(kTypes), [](const auto& type) {
  return std::string(type.param.name);
});

}  // namespace
}  // namespace pgveil::test
