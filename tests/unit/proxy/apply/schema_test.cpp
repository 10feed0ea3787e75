// The SQL functions of schema pgveil read the same terms out of a value as crypto/ put into it.
#include "crypto/keyring.hpp"
#include "proxy/apply/table_change.hpp"
#include "proxy/keys/key_store.hpp"
#include "tests/support/crypto_keys.hpp"
#include "tests/unit/proxy/apply/fixture.hpp"

#include <fstream>

namespace pgveil::proxy::apply {
namespace {

std::string literal(crypto::ByteView bytes) { return "'" + keys::bytea_text(bytes) + "'::bytea"; }

TEST_F(ApplyTest, SqlFunctionsReadTheTermsOfAValue) {
  const keys::KeyEncryptionKey kek(crypto::counting_secret(0), "test");
  auto changer = TableChanger::open(options_.conninfo, kek, {});
  ASSERT_TRUE(changer.has_value());
  ASSERT_TRUE((*changer).ensure_schema().has_value());
  const auto value = crypto::value_key(crypto::FieldId{1}, 1);
  for (unsigned flags = 0; flags < 8; ++flags) {
    for (const std::size_t lexemes : {1U, 16U, 2000U}) {
      crypto::CarriedTerms terms;
      terms.generation = crypto::Generation{1};
      std::string text;
      if ((flags & 1) != 0) {
        terms.equality = crypto::Term{std::byte{0xE1}};
      }
      if ((flags & 2) != 0) {
        terms.folded = crypto::Term{std::byte{0xF0}};
      }
      if ((flags & 4) != 0) {
        for (std::size_t i = 0; i < lexemes; ++i) {
          char lexeme[16];
          std::snprintf(lexeme, sizeof lexeme, "%08zx", i);
          text += (i == 0 ? "" : " ") + std::string(lexeme);
        }
        terms.text = text;
      }
      crypto::Bytes cell;
      ASSERT_TRUE(crypto::seal(*value, crypto::as_bytes("v"), terms, 0, cell).has_value());
      const std::string v = literal(cell);
      EXPECT_EQ(ask("SELECT pgveil.is_sealed(" + v + ")"), "t");
      EXPECT_EQ(ask("SELECT pgveil.equality(" + v + ")"),
                terms.equality ? keys::bytea_text(*terms.equality) : "");
      EXPECT_EQ(ask("SELECT pgveil.equality_folded(" + v + ")"),
                terms.folded ? keys::bytea_text(*terms.folded) : "");
      EXPECT_EQ(ask("SELECT length(pgveil.text_terms(" + v + "))"),
                text.empty() ? "" : std::to_string(lexemes));
    }
  }
}

TEST_F(ApplyTest, SqlFunctionsReadBucketsBesideOtherTerms) {
  const keys::KeyEncryptionKey kek(crypto::counting_secret(0), "test");
  auto changer = TableChanger::open(options_.conninfo, kek, {});
  ASSERT_TRUE((*changer).ensure_schema().has_value());
  const auto value = crypto::value_key(crypto::FieldId{1}, 1);
  const crypto::Bytes order(8, std::byte{0x0D});
  for (unsigned flags = 0; flags < 16; ++flags) {
    if ((flags & 6) == 6) {
      continue;  // no column has range and text terms
    }
    crypto::CarriedTerms terms;
    terms.generation = crypto::Generation{1};
    if ((flags & 1) != 0) {
      terms.equality = crypto::Term{std::byte{0xE1}};
    }
    if ((flags & 2) != 0) {
      terms.range = crypto::RangeTerm{std::byte{0xA7}};
    }
    if ((flags & 4) != 0) {
      terms.text = "00000001 00000002";
    }
    if ((flags & 8) != 0) {
      terms.order = order;
    }
    crypto::Bytes cell;
    ASSERT_TRUE(crypto::seal(*value, crypto::as_bytes("v"), terms, 0, cell).has_value());
    const std::string v = literal(cell);
    EXPECT_EQ(ask("SELECT pgveil.bucket(" + v + ")"),
              terms.range ? keys::bytea_text(*terms.range) : "")
        << flags;
    EXPECT_EQ(ask("SELECT pgveil.order_term(" + v + ")"),
              terms.order.empty() ? "" : keys::bytea_text(order))
        << flags;
    EXPECT_EQ(ask("SELECT length(pgveil.text_terms(" + v + "))"), terms.text.empty() ? "" : "2");
    EXPECT_EQ(ask("SELECT pgveil.equality(" + v + ")"),
              terms.equality ? keys::bytea_text(*terms.equality) : "");
  }
}

TEST_F(ApplyTest, SchemaOfVersionOneIsBroughtToTwo) {
  const keys::KeyEncryptionKey kek(crypto::counting_secret(0), "test");
  auto changer = TableChanger::open(options_.conninfo, kek, {});
  std::ifstream first("proxy/apply/sql/schema.sql");
  ASSERT_TRUE(first.is_open());
  const std::string sql(std::istreambuf_iterator<char>(first), {});
  ASSERT_TRUE((*changer).connection().query(sql).has_value());
  EXPECT_FALSE(keys::check_schema((*changer).connection()).has_value());
  ASSERT_TRUE((*changer).ensure_schema().has_value());
  EXPECT_TRUE(keys::check_schema((*changer).connection()).has_value());
  EXPECT_EQ(ask("SELECT count(range_unit) FROM pgveil.sealed_column"), "0");
  ASSERT_TRUE((*changer).ensure_schema().has_value());
}

TEST_F(ApplyTest, DomainsRefuseWhatIsNotSealed) {
  const keys::KeyEncryptionKey kek(crypto::counting_secret(0), "test");
  auto changer = TableChanger::open(options_.conninfo, kek, {});
  ASSERT_TRUE((*changer).ensure_schema().has_value());
  for (const char* text : {"''", "'plain'", "'\\xf801'", "repeat('x', 100)::bytea",
                           "('\\xf803' || repeat('x', 100)::bytea)"}) {
    EXPECT_EQ(ask(std::string("SELECT ") + text + "::pgveil.text").substr(0, 7), "[23514]") << text;
  }
  EXPECT_EQ(ask("SELECT NULL::pgveil.text IS NULL"), "t");
}

TEST_F(ApplyTest, FunctionsAreInlined) {
  const keys::KeyEncryptionKey kek(crypto::counting_secret(0), "test");
  auto changer = TableChanger::open(options_.conninfo, kek, {});
  ASSERT_TRUE((*changer).ensure_schema().has_value());
  sql("CREATE TABLE t (a pgveil.text)");
  for (const char* call : {"equality(a)", "equality_folded(a)", "text_terms(a)", "is_sealed(a)"}) {
    auto connection = open(options_.conninfo);
    const auto rows = connection.query(std::string("EXPLAIN (VERBOSE, COSTS OFF) SELECT pgveil.") +
                                       call + " FROM public.t");
    ASSERT_TRUE(rows.has_value());
    EXPECT_EQ((*rows).text(1, 0).find("pgveil."), std::string::npos) << (*rows).text(1, 0);
  }
}

}  // namespace
}  // namespace pgveil::proxy::apply
