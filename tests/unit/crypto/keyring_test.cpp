#include "crypto/keyring.hpp"

#include "tests/support/crypto_keys.hpp"

#include <gtest/gtest.h>

#include <thread>

namespace pgveil::crypto {
namespace {

constexpr FieldId kSsn{1};
constexpr FieldId kName{2};

std::shared_ptr<const Keyring> two_fields() {
  KeyringBuilder builder;
  builder.add(value_key(kSsn, 1, 0), false);
  builder.add(value_key(kSsn, 2, 1), true);
  builder.add(term_key(kSsn, 1, 2), true);
  builder.add(value_key(kName, 1, 3), true);
  builder.add(term_key(kName, 1, 4), true);
  return std::move(builder).build();
}

Bytes sealed(const Keyring& keys, FieldId field, std::string_view text, CellForm form = {}) {
  Bytes out;
  const auto done = seal_cell(keys, field, form, {as_bytes(text), as_bytes(text), text}, out);
  EXPECT_TRUE(done.has_value());
  return out;
}

TEST(Keyring, FindsKeysByFieldAndGeneration) {
  const auto keys = two_fields();
  EXPECT_EQ(keys->current_value_key(kSsn)->generation(), Generation{2});
  EXPECT_EQ(keys->value_key(kSsn, Generation{1})->generation(), Generation{1});
  EXPECT_EQ(keys->value_key(kSsn, Generation{3}), nullptr);
  EXPECT_EQ(keys->value_key(FieldId{9}, Generation{1}), nullptr);
  EXPECT_EQ(keys->current_term_key(kName)->field(), kName);
  EXPECT_EQ(keys->fields(), (std::vector{kSsn, kName}));
}

TEST(Keyring, OpensOldGenerations) {
  const auto keys = two_fields();
  Bytes old;
  ASSERT_TRUE(seal(*keys->value_key(kSsn, Generation{1}), as_bytes("x"), {}, 0, old).has_value());
  Bytes out;
  ASSERT_TRUE(open_cell(*keys, kSsn, old, out).has_value());
  EXPECT_EQ(as_text(out), "x");
}

TEST(Keyring, TellsWhyACellDoesNotOpen) {
  const auto keys = two_fields();
  const Bytes cell = sealed(*keys, kSsn, "123");
  KeyringBuilder later(*keys);
  later.remove_value_key(kSsn, Generation{2});
  const auto without = std::move(later).build();
  KeyringBuilder nothing;
  const auto empty = std::move(nothing).build();
  Bytes out;
  EXPECT_EQ(open_cell(*keys, kName, cell, out).error().code, Errc::WrongField);
  EXPECT_EQ(open_cell(*without, kSsn, cell, out).error().code, Errc::UnknownGeneration);
  EXPECT_EQ(open_cell(*empty, kSsn, cell, out).error().code, Errc::UnknownField);
  EXPECT_EQ(open_cell(*keys, kSsn, as_bytes("plain text"), out).error().code, Errc::Malformed);
  EXPECT_TRUE(out.empty());
  EXPECT_EQ(seal_cell(*without, kSsn, {}, {}, out).error().code, Errc::UnknownField);
}

TEST(Keyring, AMovedCellWhoseHeaderIsForgedFailsItsTag) {
  const auto keys = two_fields();
  Bytes cell = sealed(*keys, kName, "123");
  cell[5] = std::byte{1};
  Bytes out;
  EXPECT_EQ(open_cell(*keys, kSsn, cell, out).error().code, Errc::BadTag);
}

TEST(SealCell, CarriesTheTermsOfItsForm) {
  const auto keys = two_fields();
  const Bytes cell =
      sealed(*keys, kName, "Meier", {.equality = true, .folded = true, .text = true, .pad = 16});
  const auto view = read_sealed(cell);
  ASSERT_TRUE(view.has_value());
  EXPECT_TRUE(ct_equal((*view).equality,
                       *equality_term(*keys->current_term_key(kName), as_bytes("Meier"))));
  EXPECT_TRUE(ct_equal((*view).folded, *folded_term(*keys->current_term_key(kName), "MEIER")));
  EXPECT_EQ((*view).text.size() % 9, 8U);
  EXPECT_EQ((*view).ciphertext.size(), 16U);
  Bytes out;
  ASSERT_TRUE(open_cell(*keys, kName, cell, out).has_value());
  EXPECT_EQ(as_text(out), "Meier");
}

TEST(Keyring, ManyKeysShareFewContexts) {
  KeyringBuilder builder;
  for (unsigned field = 1; field <= 300; ++field) {
    builder.add(value_key(FieldId{field}, 1, static_cast<int>(field)), true);
    builder.add(term_key(FieldId{field}, 1, static_cast<int>(field)), true);
  }
  const auto keys = std::move(builder).build();
  for (int round = 0; round < 2; ++round) {
    for (const FieldId field : keys->fields()) {
      const Bytes cell = sealed(*keys, field, "abc", {.equality = true, .text = true});
      Bytes out;
      ASSERT_TRUE(open_cell(*keys, field, cell, out).has_value());
      ASSERT_EQ(as_text(out), "abc");
    }
  }
}

TEST(Keyring, IsSharedBetweenThreads) {
  const auto keys = two_fields();
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&keys] {
      for (int k = 0; k < 500; ++k) {
        const Bytes cell = sealed(*keys, kName, "thread", {.folded = true});
        Bytes out;
        EXPECT_TRUE(open_cell(*keys, kName, cell, out).has_value());
      }
    });
  }
  for (auto& thread : threads) {
    thread.join();
  }
  const std::uint64_t seals = keys->current_value_key(kName)->seals();
  EXPECT_GE(seals, 2000U);
  EXPECT_LE(seals, 2000U + 4 * 256);
}

TEST(ValueKey, IsRefusedAfterItsLastUse) {
  const ValueKey key(kSsn, Generation{1}, counting_secret(0), kMaxSeals - 256);
  Bytes out;
  for (int i = 0; i < 256; ++i) {
    ASSERT_TRUE(seal(key, as_bytes("x"), {}, 0, out).has_value());
  }
  EXPECT_GE(key.seals(), kWarnSeals);
  out.clear();
  EXPECT_EQ(seal(key, as_bytes("x"), {}, 0, out).error().code, Errc::KeyExhausted);
  EXPECT_TRUE(out.empty());
}

}  // namespace
}  // namespace pgveil::crypto
