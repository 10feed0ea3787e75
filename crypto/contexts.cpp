#include "crypto/contexts.hpp"

#include <array>
#include <memory>

namespace pgveil::crypto {
namespace {

constexpr std::size_t kSlots = 128;
// Uses of a key that a thread takes at once, so that threads do not meet at the counter.
constexpr std::uint64_t kLease = 256;

template <class Context>
struct Slot {
  std::uint32_t key = 0;  // its number; 0: empty
  Context context;
  std::uint64_t leased = 0;
};

struct Contexts {
  std::array<Slot<CipherCtxPtr>, kSlots> seal;
  std::array<Slot<CipherCtxPtr>, kSlots> open;
  std::array<Slot<MacCtxPtr>, kSlots> mac;
};

Contexts& of_this_thread() {
  thread_local const auto contexts = std::make_unique<Contexts>();
  return *contexts;
}

bool set_cipher_key(Slot<CipherCtxPtr>& slot, const ValueKey& key, bool sealing) {
  slot.key = 0;
  slot.leased = 0;
  if (!slot.context) {
    slot.context.reset(EVP_CIPHER_CTX_new());
  } else {
    EVP_CIPHER_CTX_reset(slot.context.get());
  }
  const auto* secret = uc(key.secret().expose());
  if (!slot.context || EVP_CipherInit_ex2(slot.context.get(), aes_256_gcm(), secret, nullptr,
                                          sealing ? 1 : 0, nullptr) != 1) {
    return false;
  }
  slot.key = key.number();
  return true;
}

}  // namespace

EVP_CIPHER_CTX* open_context(const ValueKey& key) {
  auto& slot = of_this_thread().open[key.number() % kSlots];
  if (slot.key != key.number() && !set_cipher_key(slot, key, false)) {
    return nullptr;
  }
  return slot.context.get();
}

Result<EVP_CIPHER_CTX*> seal_context(const ValueKey& key) {
  auto& slot = of_this_thread().seal[key.number() % kSlots];
  if (slot.key != key.number() && !set_cipher_key(slot, key, true)) {
    return Error{Errc::Library, "seal: key"};
  }
  if (slot.leased == 0) {
    if (auto lease = key.lease_seals(kLease); !lease) {
      return lease.error();
    }
    slot.leased = kLease;
  }
  --slot.leased;
  return slot.context.get();
}

EVP_MAC_CTX* mac_context(const TermKey& key) {
  auto& slot = of_this_thread().mac[key.number() % kSlots];
  if (slot.key == key.number()) {
    // Key NULL: the same key again, which halves the cost.
    return EVP_MAC_init(slot.context.get(), nullptr, 0, nullptr) == 1 ? slot.context.get()
                                                                      : nullptr;
  }
  slot.key = 0;
  slot.context.reset(EVP_MAC_CTX_new(hmac()));
  char digest[] = "SHA256";
  const OSSL_PARAM params[] = {OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest, 0),
                               OSSL_PARAM_construct_end()};
  const ByteView secret = key.secret().expose();
  if (!slot.context || EVP_MAC_init(slot.context.get(), uc(secret), secret.size(), params) != 1) {
    return nullptr;
  }
  slot.key = key.number();
  return slot.context.get();
}

}  // namespace pgveil::crypto
