#pragma once

/// What a client has proved to know, and what pgveil therefore can prove to the server.

#include "crypto/secret.hpp"
#include "proxy/auth/scram_server.hpp"

#include <optional>

namespace pgveil::proxy {

/// One of the three. Any of them is as good as the password.
struct LoginSecret {
  std::optional<ScramKeys> scram;
  crypto::SecretBytes md5;       // the stored hash, see crypto/md5_password.hpp
  crypto::SecretBytes password;  // not checked by pgveil: the server will
};

}  // namespace pgveil::proxy
