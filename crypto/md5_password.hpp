#pragma once

/// PostgreSQL's authentication before SCRAM, for servers that still have such passwords.
///
///   stored = "md5" hex(MD5(password user))      answer = "md5" hex(MD5(hex digits of stored, salt))
///
/// The stored value is as good as the password for whoever has it, which is why SCRAM took its place.
/// Every function gives nothing where OpenSSL has no MD5 (FIPS). Source: PostgreSQL,
/// src/common/md5_common.c.

#include "crypto/bytes.hpp"
#include "crypto/secret.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace pgveil::crypto {

/// pg_authid.rolpassword: its 32 hexadecimal digits.
[[nodiscard]] std::optional<SecretBytes> parse_md5_verifier(std::string_view text);
[[nodiscard]] std::optional<SecretBytes> make_md5_verifier(const SecretBytes& password,
                                                           std::string_view user);
/// What answers to AuthenticationMD5Password. `verifier`: the 32 digits; `salt`: four bytes.
[[nodiscard]] std::optional<std::string> md5_response(const SecretBytes& verifier, ByteView salt);

}  // namespace pgveil::crypto
