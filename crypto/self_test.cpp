#include "crypto/self_test.hpp"

#include "crypto/audit_chain.hpp"
#include "crypto/bytes.hpp"
#include "crypto/key_wrap.hpp"
#include "crypto/openssl.hpp"
#include "crypto/scram.hpp"
#include "crypto/secret.hpp"

#include <algorithm>
#include <array>

namespace pgveil::crypto {
namespace {

Bytes from_hex(std::string_view hex) {
  Bytes bytes;
  const bool ok = hex_decode(hex, bytes);
  BOOST_ASSERT(ok);
  return bytes;
}

SecretBytes secret(std::string_view hex) { return SecretBytes::copy_of(from_hex(hex)); }

bool is(ByteView bytes, std::string_view hex) { return ct_equal(bytes, from_hex(hex)); }

// NIST CAVP, gcmEncryptExtIV256.rsp: Keylen 256, IVlen 96, PTlen 128, AADlen 128, Taglen 128, Count 0.
bool gcm_answers() {
  const SecretBytes key =
      secret("92e11dcdaa866f5ce790fd24501f92509aacf4cb8b1339d50c9c1240935dd08b");
  const Bytes nonce = from_hex("ac93a1a6145299bde902f21a");
  const Bytes plain = from_hex("2d71bcfa914e4ac045b2aa60955fad24");
  const Bytes associated = from_hex("1e0889016f67601c8ebea4943bc23ad6");
  std::array<std::byte, 16> cipher{};
  std::array<std::byte, 16> tag{};
  const CipherCtxPtr context(EVP_CIPHER_CTX_new());
  int size = 0;
  return context &&
         EVP_EncryptInit_ex2(context.get(), aes_256_gcm(), uc(key.expose()), uc(ByteView(nonce)),
                             nullptr) == 1 &&
         EVP_EncryptUpdate(context.get(), nullptr, &size, uc(ByteView(associated)), 16) == 1 &&
         EVP_EncryptUpdate(context.get(), uc_mut(std::span(cipher)), &size, uc(ByteView(plain)),
                           16) == 1 &&
         EVP_EncryptFinal_ex(context.get(), uc_mut(std::span(cipher)), &size) == 1 &&
         EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_AEAD_GET_TAG, 16, tag.data()) == 1 &&
         is(cipher, "8995ae2e6df3dbf96fac7b7137bae67f") &&
         is(tag, "eca5aa77d51d4a0a14d9c51e1da474ab");
}

// RFC 3394, 4.6: 256 bits of key data with a 256-bit key-encryption key.
bool wrap_answers() {
  const SecretBytes kek =
      secret("000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f");
  const SecretBytes key =
      secret("00112233445566778899aabbccddeeff000102030405060708090a0b0c0d0e0f");
  const auto wrapped = aes_wrap(kek, key);
  if (!wrapped ||
      !is(*wrapped,
          "28c9f404c4b810f4cbccb35cfb87f8263f5786e2d80ed326cbc7f0e71a99f43bfb988b9b7a02dd21")) {
    return false;
  }
  const auto back = aes_unwrap(kek, *wrapped);
  return back && ct_equal((*back).expose(), key.expose());
}

// RFC 4231, test case 2.
bool hmac_answers() {
  return is(
      hmac_sha256(SecretBytes::copy_of(as_bytes("Jefe")), as_bytes("what do ya want for nothing?")),
      "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
}

// RFC 7677, 3: user "user", password "pencil".
bool scram_answers() {
  Bytes salt;
  const bool decoded = base64_decode("W22ZaJ0SNY7soEsUEjb6gQ==", salt);
  const auto salted = scram_salted_password("pencil", salt, 4096);
  return decoded && salted &&
         base64_encode(scram_client_proof(
             scram_client_key(*salted),
             "n=user,r=rOprNGfwEbeRWgbNEkqO,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,"
             "s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096,c=biws,"
             "r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0")) ==
             "dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=";
}

// RFC 8032, 7.1, TEST 2.
bool ed25519_answers() {
  const SecretBytes seed =
      secret("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb");
  const Bytes message = from_hex("72");
  const auto signature = ed25519_sign(seed, message);
  if (!signature || !is(*signature,
                        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
                        "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00")) {
    return false;
  }
  VerifyKey key{};
  std::ranges::copy(from_hex("3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c"),
                    key.begin());
  return ed25519_verify(key, message, *signature) &&
         !ed25519_verify(key, from_hex("73"), *signature);
}

}  // namespace

Result<void> self_test() {
  struct Answer {
    const char* step;
    bool (*gives)();
  };

  constexpr Answer kAnswers[] = {{"self test: AES-256-GCM", gcm_answers},
                                 {"self test: AES key wrap", wrap_answers},
                                 {"self test: HMAC-SHA-256", hmac_answers},
                                 {"self test: SCRAM-SHA-256", scram_answers},
                                 {"self test: Ed25519", ed25519_answers}};
  for (const Answer& answer : kAnswers) {
    if (!answer.gives()) {
      return Error{Errc::Library, answer.step};
    }
  }
  return {};
}

}  // namespace pgveil::crypto
