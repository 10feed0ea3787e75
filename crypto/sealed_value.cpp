#include "crypto/sealed_value.hpp"

#include "crypto/contexts.hpp"
#include "crypto/random.hpp"

#include <algorithm>
#include <array>

namespace pgveil::crypto {
namespace {

constexpr std::byte kFormat{0xF8};
constexpr std::uint8_t kHasEquality = 1;
constexpr std::uint8_t kHasFolded = 2;
constexpr std::uint8_t kHasMore = 4;
constexpr std::uint8_t kTextEntry = 1;
constexpr std::uint8_t kRangeEntry = 2;
constexpr std::uint8_t kOrderEntry = 3;
constexpr std::size_t kLexemeSize = 9;  // 8 digits and a blank
constexpr std::byte kPadMark{0x80};

std::uint8_t u8(std::byte b) { return std::to_integer<std::uint8_t>(b); }

/// Takes bytes from the front; a short input empties it and marks it bad.
struct Reader {
  ByteView rest;
  bool bad = false;

  ByteView take(std::size_t size) {
    if (rest.size() < size) {
      bad = true;
      return {};
    }
    const ByteView taken = rest.first(size);
    rest = rest.subspan(size);
    return taken;
  }

  std::uint8_t byte() {
    const ByteView one = take(1);
    return bad ? std::uint8_t{0} : u8(one[0]);
  }
};

void read_entries(Reader& in, SealedView& view) {
  const std::uint8_t count = in.byte();
  std::uint8_t above = kOrderEntry + 1;
  if (count == 0 || count > kOrderEntry) {
    in.bad = true;
  }
  for (std::uint8_t i = 0; i < count && !in.bad; ++i) {
    const std::uint8_t kind = in.byte();
    const std::size_t high = in.byte();
    const ByteView bytes = in.take(high * 256 + in.byte());
    const std::size_t size = bytes.size();
    const bool known =
        (kind == kTextEntry && size % kLexemeSize == kLexemeSize - 1) ||
        (kind == kRangeEntry && size == kRangeTermSize) ||
        (kind == kOrderEntry && size > 0 && size <= 4 * kMaxOrderPrefix && size % 4 == 0);
    if (!known || kind >= above) {
      in.bad = true;
      return;
    }
    (kind == kTextEntry ? view.text : kind == kRangeEntry ? view.range : view.order) = bytes;
    above = kind;
  }
}

/// The entries behind the fixed terms.
struct Entries {
  ByteView order;
  ByteView range;
  ByteView text;

  [[nodiscard]] bool any() const { return !order.empty() || !range.empty() || !text.empty(); }
};

void write_entries(const Entries& entries, Bytes& out) {
  const std::pair<std::uint8_t, ByteView> all[] = {
      {kOrderEntry, entries.order}, {kRangeEntry, entries.range}, {kTextEntry, entries.text}};
  out.push_back(static_cast<std::byte>(std::count_if(
      std::begin(all), std::end(all), [](const auto& e) { return !e.second.empty(); })));
  for (const auto& [kind, bytes] : all) {
    if (!bytes.empty()) {
      out.push_back(std::byte{kind});
      out.push_back(static_cast<std::byte>(bytes.size() >> 8));
      out.push_back(static_cast<std::byte>(bytes.size()));
      out.insert(out.end(), bytes.begin(), bytes.end());
    }
  }
}

void write_header(Suite suite,
                  FieldId field,
                  Generation generation,
                  std::uint8_t flags,
                  Generation term_generation,
                  ByteView equality,
                  ByteView folded,
                  const Entries& entries,
                  Bytes& out) {
  const auto id = static_cast<std::uint32_t>(field);
  out.push_back(kFormat | std::byte{flags});
  out.push_back(static_cast<std::byte>(suite));
  for (const int shift : {24, 16, 8, 0}) {
    out.push_back(static_cast<std::byte>(id >> shift));
  }
  out.push_back(static_cast<std::byte>(generation));
  if (flags == 0) {
    return;
  }
  out.push_back(static_cast<std::byte>(term_generation));
  out.insert(out.end(), equality.begin(), equality.end());
  out.insert(out.end(), folded.begin(), folded.end());
  if ((flags & kHasMore) != 0) {
    write_entries(entries, out);
  }
}

std::uint8_t flags_of(bool equality, bool folded, bool more) {
  return static_cast<std::uint8_t>((equality ? kHasEquality : 0) | (folded ? kHasFolded : 0) |
                                   (more ? kHasMore : 0));
}

/// Where the padding of suite 2 begins; no value if it is not padding.
std::optional<std::size_t> unpadded_size(ByteView padded) {
  std::size_t size = padded.size();
  while (size > 0 && padded[size - 1] == std::byte{0}) {
    --size;
  }
  if (size == 0 || padded[size - 1] != kPadMark) {
    return std::nullopt;
  }
  return size - 1;
}

bool encrypt(EVP_CIPHER_CTX* context,
             ByteView nonce,
             ByteView associated,
             ByteView plaintext,
             std::span<std::byte> ciphertext,
             std::span<std::byte> tag) {
  int size = 0;
  OSSL_PARAM params[] = {
      OSSL_PARAM_construct_octet_string(OSSL_CIPHER_PARAM_AEAD_TAG, tag.data(), tag.size()),
      OSSL_PARAM_construct_end()};
  // An empty update with a non-null output would be taken for associated data's end; skip it.
  return EVP_EncryptInit_ex2(context, nullptr, nullptr, uc(nonce), nullptr) == 1 &&
         EVP_EncryptUpdate(context, nullptr, &size, uc(associated),
                           static_cast<int>(associated.size())) == 1 &&
         (plaintext.empty() || EVP_EncryptUpdate(context, uc_mut(ciphertext), &size, uc(plaintext),
                                                 static_cast<int>(plaintext.size())) == 1) &&
         EVP_EncryptFinal_ex(context, uc_mut(ciphertext), &size) == 1 &&
         EVP_CIPHER_CTX_get_params(context, params) == 1;
}

bool decrypt(EVP_CIPHER_CTX* context, const SealedView& value, std::span<std::byte> plaintext) {
  int size = 0;
  // OpenSSL copies the tag from here and does not write to it.
  std::array<std::byte, kTagSize> tag{};
  std::ranges::copy(value.tag, tag.begin());
  const OSSL_PARAM params[] = {
      OSSL_PARAM_construct_octet_string(OSSL_CIPHER_PARAM_AEAD_TAG, tag.data(), tag.size()),
      OSSL_PARAM_construct_end()};
  std::byte nothing{};
  unsigned char* out =
      plaintext.empty() ? reinterpret_cast<unsigned char*>(&nothing) : uc_mut(plaintext);
  return EVP_DecryptInit_ex2(context, nullptr, nullptr, uc(value.nonce), params) == 1 &&
         EVP_DecryptUpdate(context, nullptr, &size, uc(value.associated),
                           static_cast<int>(value.associated.size())) == 1 &&
         (value.ciphertext.empty() ||
          EVP_DecryptUpdate(context, out, &size, uc(value.ciphertext),
                            static_cast<int>(value.ciphertext.size())) == 1) &&
         EVP_DecryptFinal_ex(context, out, &size) == 1;
}

}  // namespace

Result<SealedView> read_sealed(ByteView bytes) {
  const Error malformed{Errc::Malformed, "sealed value: read"};
  if (bytes.size() < kMinSealedSize || (bytes[0] & kFormat) != kFormat) {
    return malformed;
  }
  SealedView view;
  Reader in{bytes};
  const std::uint8_t flags = in.byte() & std::uint8_t{7};
  const std::uint8_t suite = in.byte();
  if (suite != static_cast<std::uint8_t>(Suite::Aes256Gcm) &&
      suite != static_cast<std::uint8_t>(Suite::Aes256GcmPadded)) {
    return Error{Errc::UnknownSuite, "sealed value: suite"};
  }
  view.suite = static_cast<Suite>(suite);
  std::uint32_t id = 0;
  for (const std::byte b : in.take(4)) {
    id = (id << 8) | u8(b);
  }
  view.field = static_cast<FieldId>(id);
  view.generation = static_cast<Generation>(in.byte());
  if (flags != 0) {
    view.term_generation = static_cast<Generation>(in.byte());
    if ((flags & kHasEquality) != 0) {
      view.equality = in.take(kTermSize);
    }
    if ((flags & kHasFolded) != 0) {
      view.folded = in.take(kTermSize);
    }
    if ((flags & kHasMore) != 0) {
      read_entries(in, view);
    }
  }
  const std::size_t smallest = view.suite == Suite::Aes256GcmPadded ? 1 : 0;
  if (in.bad || in.rest.size() < kNonceSize + smallest + kTagSize) {
    return malformed;
  }
  view.associated = bytes.first(bytes.size() - in.rest.size());
  view.nonce = in.take(kNonceSize);
  view.ciphertext = in.take(in.rest.size() - kTagSize);
  view.tag = in.rest;
  return view;
}

void write_sealed(const SealedView& view, Bytes& out) {
  const Entries entries{view.order, view.range, view.text};
  write_header(view.suite, view.field, view.generation,
               flags_of(!view.equality.empty(), !view.folded.empty(), entries.any()),
               view.term_generation.value_or(Generation{0}), view.equality, view.folded, entries,
               out);
  out.insert(out.end(), view.nonce.begin(), view.nonce.end());
  out.insert(out.end(), view.ciphertext.begin(), view.ciphertext.end());
  out.insert(out.end(), view.tag.begin(), view.tag.end());
}

Result<void> seal(const ValueKey& key,
                  ByteView plaintext,
                  const CarriedTerms& terms,
                  std::uint16_t pad,
                  Bytes& out) {
  if (plaintext.size() > kMaxPlaintextSize || terms.text.size() > 0xFFFF) {
    return Error{Errc::TooLong, "seal: size"};
  }
  std::array<std::byte, kNonceSize> nonce{};
  if (auto random = random_bytes(nonce); !random) {
    return random.error();
  }
  auto context = seal_context(key);
  if (!context) {
    return context.error();
  }
  const std::size_t start = out.size();
  const ByteView equality = terms.equality ? ByteView(*terms.equality) : ByteView();
  const ByteView folded = terms.folded ? ByteView(*terms.folded) : ByteView();
  const Entries entries{terms.order, terms.range ? ByteView(*terms.range) : ByteView(),
                        as_bytes(terms.text)};
  write_header(pad == 0 ? Suite::Aes256Gcm : Suite::Aes256GcmPadded, key.field(), key.generation(),
               flags_of(terms.equality.has_value(), terms.folded.has_value(), entries.any()),
               terms.generation, equality, folded, entries, out);
  const std::size_t associated_size = out.size() - start;
  const std::size_t padded_size =
      pad == 0 ? plaintext.size() : (plaintext.size() / pad + 1) * std::size_t{pad};
  const std::size_t body = out.size() + kNonceSize;
  out.insert(out.end(), nonce.begin(), nonce.end());
  out.resize(body + padded_size + kTagSize);
  const std::span all(out);
  const auto room = all.subspan(body, padded_size);
  if (pad != 0) {
    // Padded in place, then encrypted in place: GCM allows it.
    std::ranges::copy(plaintext, room.begin());
    room[plaintext.size()] = kPadMark;
  }
  if (!encrypt(*context, nonce, all.subspan(start, associated_size),
               pad == 0 ? plaintext : ByteView(room), room, all.subspan(body + padded_size))) {
    wipe(room);
    out.resize(start);
    return Error{Errc::Library, "seal: encrypt"};
  }
  return {};
}

Result<void> open(const ValueKey& key, const SealedView& value, Bytes& out) {
  if (value.field != key.field()) {
    return Error{Errc::WrongField, "open: field"};
  }
  if (value.generation != key.generation()) {
    return Error{Errc::UnknownGeneration, "open: generation"};
  }
  EVP_CIPHER_CTX* context = open_context(key);
  if (context == nullptr) {
    return Error{Errc::Library, "open: key"};
  }
  const std::size_t start = out.size();
  out.resize(start + value.ciphertext.size());
  const auto room = std::span(out).subspan(start);
  const auto give_up = [&](Errc code, const char* step) {
    wipe(room);
    out.resize(start);
    return Error{code, step};
  };
  if (!decrypt(context, value, room)) {
    return give_up(Errc::BadTag, "open: tag");
  }
  if (value.suite == Suite::Aes256GcmPadded) {
    const auto size = unpadded_size(room);
    if (!size) {
      return give_up(Errc::Malformed, "open: padding");
    }
    out.resize(start + *size);
  }
  return {};
}

}  // namespace pgveil::crypto
