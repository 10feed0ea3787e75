#include "crypto/audit_chain.hpp"

#include "crypto/openssl.hpp"

#include <algorithm>

namespace pgveil::crypto {
namespace {

constexpr std::byte kRecord{1};
constexpr std::byte kChain{2};
constexpr std::byte kCheckpoint{3};

Bytes signed_bytes(std::string_view checkpoint) {
  const ByteView text = as_bytes(checkpoint);
  Bytes bytes(text.size() + 1);
  bytes[0] = kCheckpoint;
  std::ranges::copy(text, bytes.begin() + 1);
  return bytes;
}

PkeyPtr private_key(const SecretBytes& seed) {
  return PkeyPtr(
      EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nullptr, uc(seed.expose()), seed.size()));
}

Hash hash_parts(std::byte prefix, ByteView first, ByteView second) {
  thread_local const MdCtxPtr context(
      EVP_MD_CTX_new());  // making one costs as much as a short hash
  Hash out{};
  unsigned int size = 0;
  const bool ok = context && EVP_DigestInit_ex2(context.get(), sha256_md(), nullptr) == 1 &&
                  EVP_DigestUpdate(context.get(), &prefix, 1) == 1 &&
                  EVP_DigestUpdate(context.get(), first.data(), first.size()) == 1 &&
                  EVP_DigestUpdate(context.get(), second.data(), second.size()) == 1 &&
                  EVP_DigestFinal_ex(context.get(), uc_mut(std::span(out)), &size) == 1;
  BOOST_ASSERT(ok && size == out.size());
  return out;
}

}  // namespace

Hash audit_record_hash(ByteView record) { return hash_parts(kRecord, record, {}); }

Hash audit_chain_start() { return hash_parts(kChain, as_bytes("pgveil audit v1"), {}); }

Hash audit_chain_next(const Hash& previous, ByteView record) {
  return hash_parts(kChain, previous, record);
}

Result<Signature> ed25519_sign(const SecretBytes& seed, ByteView message) {
  const PkeyPtr key = private_key(seed);
  const MdCtxPtr context(EVP_MD_CTX_new());
  Signature signature{};
  std::size_t size = signature.size();
  if (!key || !context ||
      EVP_DigestSignInit_ex(context.get(), nullptr, nullptr, nullptr, nullptr, key.get(),
                            nullptr) != 1 ||
      EVP_DigestSign(context.get(), uc_mut(std::span(signature)), &size, uc(message),
                     message.size()) != 1 ||
      size != signature.size()) {
    return Error{Errc::Library, "ed25519: sign"};
  }
  return signature;
}

bool ed25519_verify(const VerifyKey& key, ByteView message, const Signature& signature) {
  const PkeyPtr pkey(
      EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, uc(ByteView(key)), key.size()));
  const MdCtxPtr context(EVP_MD_CTX_new());
  return pkey && context &&
         EVP_DigestVerifyInit_ex(context.get(), nullptr, nullptr, nullptr, nullptr, pkey.get(),
                                 nullptr) == 1 &&
         EVP_DigestVerify(context.get(), uc(ByteView(signature)), signature.size(), uc(message),
                          message.size()) == 1;
}

Result<CheckpointSigner> CheckpointSigner::generate() {
  auto seed = SecretBytes::random(32);
  if (!seed) {
    return seed.error();
  }
  return from_seed(std::move(*seed));
}

Result<CheckpointSigner> CheckpointSigner::from_seed(SecretBytes seed) {
  if (seed.size() != 32) {
    return Error{Errc::Malformed, "ed25519: seed"};
  }
  const PkeyPtr key = private_key(seed);
  VerifyKey verify_key{};
  std::size_t size = verify_key.size();
  if (!key || EVP_PKEY_get_raw_public_key(key.get(), uc_mut(std::span(verify_key)), &size) != 1 ||
      size != verify_key.size()) {
    return Error{Errc::Library, "ed25519: public key"};
  }
  return CheckpointSigner(std::move(seed), verify_key);
}

Result<Signature> CheckpointSigner::sign(std::string_view checkpoint) const {
  return ed25519_sign(seed_, signed_bytes(checkpoint));
}

bool verify_checkpoint(const VerifyKey& key,
                       std::string_view checkpoint,
                       const Signature& signature) {
  return ed25519_verify(key, signed_bytes(checkpoint), signature);
}

}  // namespace pgveil::crypto
