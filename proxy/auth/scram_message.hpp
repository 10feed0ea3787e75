#pragma once

/// The four messages of SCRAM-SHA-256, as text.
///   client-first   gs2-header "n=" user ",r=" nonce              gs2-header: n,,  y,,  p=<type>,,
///   server-first   "r=" nonce ",s=" salt ",i=" iterations
///   client-final   "c=" base64(gs2-header + binding) ",r=" nonce ",p=" proof
///   server-final   "v=" signature, or "e=" error
/// The user name is ignored: the start-up packet's counts. Views live as long as the message.
/// Source: RFC 5802 section 7, RFC 7677; PostgreSQL, src/backend/libpq/auth-scram.c.

#include "crypto/bytes.hpp"

#include <boost/system/result.hpp>

#include <cstdint>
#include <string>
#include <string_view>

namespace pgveil::proxy {

/// What the client says of channel binding in its GS2 header.
enum class BindingFlag : char {
  None = 'n',        // it cannot
  NotOffered = 'y',  // it can, and thinks that we cannot
  Used = 'p'
};

enum class ScramErrc {
  Malformed,
  AuthorizationIdentity,  // a=
  Extension,              // m=
  UnknownBinding,         // p= with another type than tls-server-end-point
  ServerRefused           // e= in server-final
};

struct ScramError {
  ScramErrc code = ScramErrc::Malformed;
};

BOOST_NORETURN inline void throw_exception_from_error(const ScramError&,
                                                      const boost::source_location&) {
  BOOST_ASSERT(false);
  __builtin_unreachable();
}

template <class T>
using ScramResult = boost::system::result<T, ScramError>;

struct ClientFirst {
  BindingFlag flag = BindingFlag::None;
  std::string_view gs2_header;
  std::string_view bare;  // what goes into AuthMessage
  std::string_view nonce;
};

struct ServerFirst {
  std::string_view nonce;
  crypto::Bytes salt;
  std::uint32_t iterations = 0;
};

struct ClientFinal {
  crypto::Bytes binding;  // decoded c=
  std::string_view nonce;
  crypto::Bytes proof;             // 32 bytes
  std::string_view without_proof;  // what goes into AuthMessage
};

[[nodiscard]] ScramResult<ClientFirst> parse_client_first(std::string_view text);
[[nodiscard]] ScramResult<ServerFirst> parse_server_first(std::string_view text);
[[nodiscard]] ScramResult<ClientFinal> parse_client_final(std::string_view text);
/// The signature, 32 bytes.
[[nodiscard]] ScramResult<crypto::Bytes> parse_server_final(std::string_view text);

[[nodiscard]] std::string print_server_first(const ServerFirst& message);
[[nodiscard]] std::string print_server_final(crypto::ByteView signature);

inline constexpr std::string_view kScram = "SCRAM-SHA-256";
inline constexpr std::string_view kScramPlus = "SCRAM-SHA-256-PLUS";
inline constexpr std::string_view kEndPointHeader = "p=tls-server-end-point,,";

}  // namespace pgveil::proxy
