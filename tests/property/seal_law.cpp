// Laws of the sealed value: open(seal(x)) = x; any flipped bit, other field or other key fails.
#include "crypto/keyring.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <iostream>
#include <random>

namespace pgveil::crypto {
namespace {

using Rng = std::mt19937_64;

std::uint64_t first_seed() {
  const char* given = std::getenv("PGVEIL_SEED");
  return given == nullptr ? 1 : std::strtoull(given, nullptr, 10);
}

std::size_t below(Rng& rng, std::size_t limit) { return rng() % limit; }

Bytes any_bytes(Rng& rng) {
  constexpr std::size_t kSizes[] = {0, 1, 2, 15, 16, 17, 63, 64, 65, 255, 8192};
  const bool edge = below(rng, 4) == 0;
  Bytes bytes(edge ? kSizes[below(rng, std::size(kSizes))] : below(rng, 80));
  for (std::byte& b : bytes) {
    constexpr unsigned char kEdges[] = {0, 0x80, 0xFF, 'a'};
    b = static_cast<std::byte>(below(rng, 2) == 0 ? kEdges[below(rng, 4)] : below(rng, 256));
  }
  return bytes;
}

SecretBytes any_secret(Rng& rng) {
  SecretBytes secret(kKeySize);
  for (std::byte& b : secret.expose_mutable()) {
    b = static_cast<std::byte>(rng());
  }
  return secret;
}

struct Case {
  std::shared_ptr<const Keyring> keys;
  FieldId field{0};
  FieldId other{0};
  Bytes plain;
  Bytes cell;
};

Case any_case(Rng& rng) {
  Case c;
  c.field = FieldId{static_cast<std::uint32_t>(rng())};
  c.other = FieldId{static_cast<std::uint32_t>(c.field) ^ 1U};
  KeyringBuilder builder;
  for (const FieldId field : {c.field, c.other}) {
    const Generation generation{static_cast<std::uint8_t>(1 + below(rng, 255))};
    builder.add(std::make_shared<const ValueKey>(field, generation, any_secret(rng)), true);
    builder.add(std::make_shared<const TermKey>(field, generation, any_secret(rng)), true);
  }
  c.keys = std::move(builder).build();
  c.plain = any_bytes(rng);
  CellForm form;
  form.equality = below(rng, 2) == 0;
  form.folded = below(rng, 2) == 0;
  form.text = below(rng, 3) == 0;
  form.pad = static_cast<std::uint16_t>(below(rng, 2) * 16);
  EXPECT_TRUE(
      seal_cell(*c.keys, c.field, form, {c.plain, c.plain, as_text(c.plain)}, c.cell).has_value());
  return c;
}

TEST(SealLaw, OpenOfSealIsTheValue) {
  for (std::uint64_t seed = first_seed(), end = seed + 3000; seed < end; ++seed) {
    SCOPED_TRACE("PGVEIL_SEED=" + std::to_string(seed));
    Rng rng(seed);
    const Case c = any_case(rng);
    Bytes out;
    ASSERT_TRUE(open_cell(*c.keys, c.field, c.cell, out).has_value());
    ASSERT_EQ(out, c.plain);
    Bytes again;
    write_sealed(*read_sealed(c.cell), again);
    ASSERT_EQ(again, c.cell);
    ASSERT_FALSE(open_cell(*c.keys, c.other, c.cell, out).has_value());
  }
}

TEST(SealLaw, EveryFlippedBitFails) {
  for (std::uint64_t seed = first_seed(), end = seed + 60; seed < end; ++seed) {
    SCOPED_TRACE("PGVEIL_SEED=" + std::to_string(seed));
    Rng rng(seed);
    Case c = any_case(rng);
    const std::size_t bits = std::min<std::size_t>(c.cell.size(), 700) * 8;
    for (std::size_t bit = 0; bit < bits; ++bit) {
      c.cell[bit / 8] ^= static_cast<std::byte>(1U << (bit % 8));
      Bytes out;
      ASSERT_FALSE(open_cell(*c.keys, c.field, c.cell, out).has_value()) << "bit " << bit;
      ASSERT_TRUE(out.empty());
      c.cell[bit / 8] ^= static_cast<std::byte>(1U << (bit % 8));
    }
  }
}

TEST(SealLaw, AnotherKeyFails) {
  for (std::uint64_t seed = first_seed(), end = seed + 500; seed < end; ++seed) {
    SCOPED_TRACE("PGVEIL_SEED=" + std::to_string(seed));
    Rng rng(seed);
    const Case c = any_case(rng);
    const auto view = read_sealed(c.cell);
    ASSERT_TRUE(view.has_value());
    const ValueKey wrong((*view).field, (*view).generation, any_secret(rng));
    Bytes out;
    ASSERT_EQ(open(wrong, *view, out).error().code, Errc::BadTag);
  }
}

}  // namespace
}  // namespace pgveil::crypto
