#include "crypto/secret.hpp"

#include "crypto/openssl.hpp"

#include <algorithm>
#include <limits>
#include <new>

namespace pgveil::crypto {
namespace {

constexpr std::size_t kSecureHeapSize = std::size_t{1} << 20;

}  // namespace

bool prepare_secure_heap() {
  // 1: locked; 2: in use but not locked; 0: no secure heap, OpenSSL then uses the ordinary one.
  static const int state = CRYPTO_secure_malloc_init(kSecureHeapSize, 32);
  return state == 1;
}

SecretBytes::SecretBytes(std::size_t size) : size_(size) {
  if (size == 0) {
    return;
  }
  prepare_secure_heap();
  void* memory = OPENSSL_secure_zalloc(size);
  if (memory == nullptr) {
    memory = OPENSSL_zalloc(size);  // the secure heap is full: still wiped when dropped
  }
  if (memory == nullptr) {
    throw std::bad_alloc();
  }
  data_ = static_cast<std::byte*>(memory);
}

SecretBytes::~SecretBytes() {
  // Tells by the address which heap it is.
  OPENSSL_secure_clear_free(data_, size_);
}

SecretBytes& SecretBytes::operator=(SecretBytes&& other) noexcept {
  if (this != &other) {
    OPENSSL_secure_clear_free(data_, size_);
    data_ = std::exchange(other.data_, nullptr);
    size_ = std::exchange(other.size_, 0);
  }
  return *this;
}

SecretBytes SecretBytes::copy_of(ByteView bytes) {
  SecretBytes copy(bytes.size());
  std::ranges::copy(bytes, copy.expose_mutable().begin());
  return copy;
}

Result<SecretBytes> SecretBytes::random(std::size_t size) {
  BOOST_ASSERT(size <= std::numeric_limits<int>::max());
  SecretBytes fresh(size);
  if (RAND_priv_bytes(uc_mut(fresh.expose_mutable()), static_cast<int>(size)) != 1) {
    return Error{Errc::NoRandomness, "secret: random"};
  }
  return fresh;
}

void wipe(std::span<std::byte> bytes) { OPENSSL_cleanse(bytes.data(), bytes.size()); }

void wipe(std::string& text) {
  OPENSSL_cleanse(text.data(), text.size());
  text.clear();
}

}  // namespace pgveil::crypto
