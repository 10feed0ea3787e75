#include "crypto/key.hpp"

namespace pgveil::crypto {
namespace {

std::uint32_t next_number() {
  static std::atomic<std::uint32_t> last{0};
  std::uint32_t number = last.fetch_add(1, std::memory_order_relaxed) + 1;
  BOOST_ASSERT(number != 0);  // four thousand million keys in one process
  return number;
}

}  // namespace

FieldKey::FieldKey(FieldId field, Generation generation, SecretBytes secret)
    : field_(field), generation_(generation), number_(next_number()), secret_(std::move(secret)) {
  BOOST_ASSERT(secret_.size() == kKeySize);
}

Result<void> ValueKey::lease_seals(std::uint64_t count) const {
  const std::uint64_t before = seals_.fetch_add(count, std::memory_order_relaxed);
  if (before + count > kMaxSeals) {
    seals_.fetch_sub(count, std::memory_order_relaxed);
    return Error{Errc::KeyExhausted, "seal: key used 2^32 times"};
  }
  return {};
}

}  // namespace pgveil::crypto
