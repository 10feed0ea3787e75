#include "crypto/term.hpp"

#include "crypto/fold.hpp"
#include "crypto/term_hash.hpp"

#include <algorithm>

namespace pgveil::crypto {
namespace {

Result<Term> first_half(const Result<Hash>& hash) {
  if (!hash) {
    return hash.error();
  }
  Term term{};
  std::copy_n((*hash).begin(), term.size(), term.begin());
  return term;
}

}  // namespace

Result<Hash> term_hash(const TermKey& key, TermKind kind, std::uint8_t unit, ByteView data) {
  EVP_MAC_CTX* context = mac_context(key);
  const auto size = static_cast<std::uint32_t>(data.size());
  const std::array<unsigned char, 6> head{
      static_cast<unsigned char>(kind),       unit,
      static_cast<unsigned char>(size >> 24), static_cast<unsigned char>(size >> 16),
      static_cast<unsigned char>(size >> 8),  static_cast<unsigned char>(size)};
  Hash hash{};
  std::size_t written = 0;
  if (context == nullptr || EVP_MAC_update(context, head.data(), head.size()) != 1 ||
      EVP_MAC_update(context, uc(data), data.size()) != 1 ||
      EVP_MAC_final(context, uc_mut(std::span(hash)), &written, hash.size()) != 1 ||
      written != hash.size()) {
    return Error{Errc::Library, "term: hmac"};
  }
  return hash;
}

Result<Term> equality_term(const TermKey& key, ByteView equality_form) {
  return first_half(term_hash(key, TermKind::Equality, 0, equality_form));
}

Result<Term> folded_term(const TermKey& key, std::string_view text) {
  return first_half(term_hash(key, TermKind::Folded, kFoldVersion, as_bytes(fold(text))));
}

}  // namespace pgveil::crypto
