#pragma once

/// The arithmetic of SCRAM-SHA-256; the exchange of messages is proxy/auth's.
///
///   SaltedPassword = PBKDF2-HMAC-SHA-256(password, salt, iterations)
///   ClientKey = HMAC(SaltedPassword, "Client Key")      StoredKey = SHA-256(ClientKey)
///   ServerKey = HMAC(SaltedPassword, "Server Key")
///   ClientProof = ClientKey xor HMAC(StoredKey, AuthMessage)
///   ServerSignature = HMAC(ServerKey, AuthMessage)
///
/// Passwords are used as they are. PostgreSQL normalises with SASLprep where it can, which leaves ASCII
/// unchanged; so non-ASCII passwords that SASLprep would change do not verify here.
/// Source: RFC 5802, RFC 7677; PostgreSQL, src/common/scram-common.c. Threads: any.

#include "crypto/bytes.hpp"
#include "crypto/error.hpp"
#include "crypto/secret.hpp"

#include <optional>
#include <string>

namespace pgveil::crypto {

inline constexpr std::uint32_t kScramIterations = 4096;  // PostgreSQL's default
inline constexpr std::uint32_t kMaxScramIterations = 10'000'000;

/// What is stored instead of a password: SCRAM-SHA-256$<iterations>:<salt>$<StoredKey>:<ServerKey>.
struct ScramVerifier {
  std::uint32_t iterations = kScramIterations;
  Bytes salt;
  Hash stored_key{};
  SecretBytes server_key;

  [[nodiscard]] ScramVerifier duplicate() const;
};

/// pg_authid.rolpassword. Errors: Malformed (also for md5 hashes).
[[nodiscard]] Result<ScramVerifier> parse_scram_verifier(std::string_view text);
[[nodiscard]] std::string print_scram_verifier(const ScramVerifier& verifier);
[[nodiscard]] Result<ScramVerifier> make_scram_verifier(
    std::string_view password, ByteView salt, std::uint32_t iterations = kScramIterations);
/// For a user who does not exist: a salt that is always the same for this name, and keys that no
/// password fits, so that the exchange does not tell. `seed`: random, per process.
[[nodiscard]] ScramVerifier mock_scram_verifier(const SecretBytes& seed,
                                                std::string_view user,
                                                std::uint32_t iterations = kScramIterations);

[[nodiscard]] Result<SecretBytes> scram_salted_password(std::string_view password,
                                                        ByteView salt,
                                                        std::uint32_t iterations);
[[nodiscard]] SecretBytes scram_client_key(const SecretBytes& salted_password);
[[nodiscard]] SecretBytes scram_server_key(const SecretBytes& salted_password);
[[nodiscard]] Hash scram_stored_key(const SecretBytes& client_key);

/// As a client. AuthMessage = client-first-bare , server-first , client-final-without-proof.
[[nodiscard]] Hash scram_client_proof(const SecretBytes& client_key, std::string_view auth_message);
/// As a server: the client's key if the proof is right, with which pgveil logs in further up.
[[nodiscard]] std::optional<SecretBytes> scram_recover_client_key(const Hash& stored_key,
                                                                  ByteView client_proof,
                                                                  std::string_view auth_message);
[[nodiscard]] Hash scram_server_signature(const SecretBytes& server_key,
                                          std::string_view auth_message);

/// Printable random nonce of 24 characters. Errors: NoRandomness.
[[nodiscard]] Result<std::string> scram_nonce();

}  // namespace pgveil::crypto
