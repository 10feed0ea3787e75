#pragma once

/// TLS contexts of both sides, and what binds a login to a TLS connection.
/// Source: RFC 5929 section 4 (tls-server-end-point); PostgreSQL, src/backend/libpq/be-secure-openssl.c.

#include "crypto/bytes.hpp"
#include "proxy/net/options.hpp"

#include <boost/asio/ssl/context.hpp>

#include <memory>
#include <optional>
#include <string>
#include <variant>

namespace pgveil::proxy {

using TlsContext = std::shared_ptr<boost::asio::ssl::context>;

/// Why there is no context, in words for the operator.
struct TlsFailure {
  std::string text;
};

/// Null: mode Off.
[[nodiscard]] std::variant<TlsContext, TlsFailure> client_tls_context(const ClientTlsOptions&);
/// Null: sslmode Disable.
[[nodiscard]] std::variant<TlsContext, TlsFailure> upstream_tls_context(const UpstreamOptions&);

/// Before the handshake as a client: server name, and the name to be verified for VerifyFull.
[[nodiscard]] bool prepare_upstream_tls(SSL* tls,
                                        UpstreamOptions::SslMode sslmode,
                                        const std::string& host);

/// The end point of this connection: the server's certificate, hashed. Absent if it cannot be told.
[[nodiscard]] std::optional<crypto::Bytes> own_end_point(SSL* tls);
[[nodiscard]] std::optional<crypto::Bytes> peer_end_point(SSL* tls);

/// Of the client: it sent a certificate and that is good.
[[nodiscard]] bool has_valid_certificate(SSL* tls);
/// The CN of the peer's certificate in UTF-8; absent if it has none, or one with NUL in it.
[[nodiscard]] std::optional<std::string> peer_common_name(SSL* tls);

/// Whether the client negotiated ALPN `postgresql`, which direct TLS demands.
[[nodiscard]] bool negotiated_postgresql(SSL* tls);

}  // namespace pgveil::proxy
