#include "proxy/keys/key_store.hpp"

#include "proxy/apply/table_change.hpp"
#include "tests/support/postgres_server.hpp"

#include <gtest/gtest.h>

namespace pgveil::proxy::keys {
namespace {

crypto::SecretBytes fixed_secret(std::byte value) {
  crypto::SecretBytes secret(32);
  for (std::byte& b : secret.expose_mutable()) {
    b = value;
  }
  return secret;
}

class KeyStore : public testing::Test {
 protected:
  static void SetUpTestSuite() { server = new test::PostgresServer(); }

  static void TearDownTestSuite() {
    delete server;
    server = nullptr;
  }

  void SetUp() override {
    auto changer = apply::TableChanger::open(server->conninfo(), kek_, {});
    ASSERT_TRUE(changer.has_value());
    ASSERT_TRUE((*changer).connection().query("DROP SCHEMA IF EXISTS pgveil CASCADE").has_value());
    const auto schema = (*changer).ensure_schema();
    ASSERT_TRUE(schema.has_value()) << schema.error().message;
    auto opened = PgConnection::open(server->conninfo());
    ASSERT_TRUE(opened.has_value());
    connection_ = std::make_unique<PgConnection>(std::move(*opened));
  }

  static test::PostgresServer* server;
  KeyEncryptionKey kek_{fixed_secret(std::byte{1}), "test.key"};
  std::unique_ptr<PgConnection> connection_;
};

test::PostgresServer* KeyStore::server = nullptr;

TEST_F(KeyStore, MakesAFieldOnceWithBothKeys) {
  const auto a = ensure_field(*connection_, kek_, "public.patients.ssn");
  ASSERT_TRUE(a.has_value()) << a.error().message;
  EXPECT_EQ(*a, *ensure_field(*connection_, kek_, "public.patients.ssn"));
  EXPECT_NE(*a, *ensure_field(*connection_, kek_, "public.patients.mrn"));
  const auto keys = load_keyring(*connection_, kek_);
  ASSERT_TRUE(keys.has_value()) << keys.error().message;
  EXPECT_NE((*keys)->current_value_key(*a), nullptr);
  EXPECT_NE((*keys)->current_term_key(*a), nullptr);
  EXPECT_EQ((*keys)->fields().size(), 2U);
}

TEST_F(KeyStore, OpensWithTheSameKeysAfterARestart) {
  const auto field = ensure_field(*connection_, kek_, "f");
  crypto::Bytes cell;
  ASSERT_TRUE(crypto::seal_cell(**load_keyring(*connection_, kek_), *field, {},
                                {crypto::as_bytes("x"), {}, {}}, cell)
                  .has_value());
  crypto::Bytes out;
  ASSERT_TRUE(crypto::open_cell(**load_keyring(*connection_, kek_), *field, cell, out).has_value());
  EXPECT_EQ(crypto::as_text(out), "x");
}

TEST_F(KeyStore, KeepsKeyObjectsWhenItLoadsAgain) {
  const auto field = ensure_field(*connection_, kek_, "f");
  const auto first = load_keyring(*connection_, kek_);
  ASSERT_TRUE(ensure_field(*connection_, kek_, "g").has_value());
  const auto second = load_keyring(*connection_, kek_, first->get());
  ASSERT_TRUE(second.has_value());
  EXPECT_EQ((*first)->current_value_key(*field), (*second)->current_value_key(*field));
  EXPECT_EQ((*second)->fields().size(), 2U);
}

TEST_F(KeyStore, AnotherKeyEncryptionKeyNamesTheFieldAndBothKeys) {
  ASSERT_TRUE(ensure_field(*connection_, kek_, "public.patients.ssn").has_value());
  const KeyEncryptionKey other(fixed_secret(std::byte{2}), "other.key");
  const auto keys = load_keyring(*connection_, other);
  ASSERT_FALSE(keys.has_value());
  EXPECT_EQ(keys.error().code, Errc::WrongKek);
  for (const std::string& part :
       {std::string("public.patients.ssn"), std::string("other.key"), kek_.id(), other.id()}) {
    EXPECT_NE(keys.error().message.find(part), std::string::npos) << keys.error().message;
  }
}

TEST_F(KeyStore, AMovedRowDoesNotOpen) {
  ASSERT_TRUE(ensure_field(*connection_, kek_, "a").has_value());
  ASSERT_TRUE(ensure_field(*connection_, kek_, "b").has_value());
  ASSERT_TRUE(connection_
                  ->query("UPDATE pgveil.key k SET wrapped = o.wrapped, commitment = o.commitment"
                          " FROM pgveil.key o WHERE o.field <> k.field AND o.kind = k.kind")
                  .has_value());
  const auto keys = load_keyring(*connection_, kek_);
  ASSERT_FALSE(keys.has_value());
  EXPECT_NE(keys.error().message.find("changed or moved"), std::string::npos);
}

TEST_F(KeyStore, RewrapsForANewKeyEncryptionKey) {
  const auto field = ensure_field(*connection_, kek_, "a");
  const KeyEncryptionKey next(fixed_secret(std::byte{3}), "next.key");
  const auto count = rewrap_keys(*connection_, kek_, next);
  ASSERT_TRUE(count.has_value());
  EXPECT_EQ(*count, 2U);
  EXPECT_FALSE(load_keyring(*connection_, kek_).has_value());
  ASSERT_TRUE(load_keyring(*connection_, next).has_value());
  EXPECT_NE((*load_keyring(*connection_, next))->current_value_key(*field), nullptr);
}

TEST_F(KeyStore, CountsSealsOverRestarts) {
  const auto field = ensure_field(*connection_, kek_, "a");
  for (int run = 1; run <= 2; ++run) {
    const auto keys = load_keyring(*connection_, kek_);
    crypto::Bytes cell;
    ASSERT_TRUE(crypto::seal_cell(**keys, *field, {}, {}, cell).has_value());
    SealCounter counter;
    ASSERT_TRUE(counter.flush(*connection_, **keys).has_value());
    ASSERT_TRUE(counter.flush(*connection_, **keys).has_value());
    const auto seals = connection_->query("SELECT seals FROM pgveil.key WHERE kind = 'value'");
    EXPECT_EQ((*seals).number(0, 0), 256 * run);
  }
}

TEST_F(KeyStore, SaysThatTheSchemaIsMissing) {
  ASSERT_TRUE(connection_->query("DROP SCHEMA pgveil CASCADE").has_value());
  const auto keys = load_keyring(*connection_, kek_);
  ASSERT_FALSE(keys.has_value());
  EXPECT_EQ(keys.error().code, Errc::NoSchema);
  EXPECT_NE(keys.error().message.find("pgveil apply"), std::string::npos);
}

}  // namespace
}  // namespace pgveil::proxy::keys
