#include "proxy/net/tls.hpp"

#include <boost/asio/ip/address.hpp>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <array>
#include <string_view>

namespace pgveil::proxy {

namespace {

namespace ssl = boost::asio::ssl;

constexpr std::string_view kAlpn = "\x0apostgresql";

/// A client that offers ALPN must offer ours; one that does not is as good.
int select_alpn(SSL*,
                const unsigned char** out,
                unsigned char* out_size,
                const unsigned char* offered,
                unsigned int offered_size,
                void*) {
  unsigned char* selected = nullptr;
  const int result = SSL_select_next_proto(
      &selected, out_size, reinterpret_cast<const unsigned char*>(kAlpn.data()),
      static_cast<unsigned int>(kAlpn.size()), offered, offered_size);
  *out = selected;
  return result == OPENSSL_NPN_NEGOTIATED ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_ALERT_FATAL;
}

void set_common(ssl::context& context) {
  SSL_CTX* native = context.native_handle();
  SSL_CTX_set_min_proto_version(native, TLS1_2_VERSION);
  SSL_CTX_set_options(
      native, SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION | SSL_OP_IGNORE_UNEXPECTED_EOF);
  // Idle sessions give their record buffers back.
  SSL_CTX_set_mode(native, SSL_MODE_RELEASE_BUFFERS);
}

TlsFailure failure(const char* what, const std::string& file, const boost::system::error_code& ec) {
  return TlsFailure{std::string(what) + " " + file + ": " + ec.message()};
}

/// SSL_set_tlsext_host_name, which is a macro with an old-style cast.
bool set_server_name(SSL* tls, std::string name) {
  return SSL_ctrl(tls, SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name, name.data()) == 1;
}

std::optional<crypto::Bytes> end_point(const X509* certificate) {
  int digest = NID_undef;
  if (certificate == nullptr || X509_get_signature_info(const_cast<X509*>(certificate), &digest,
                                                        nullptr, nullptr, nullptr) != 1) {
    return std::nullopt;
  }
  const EVP_MD* hash = digest == NID_md5 || digest == NID_sha1
                           ? EVP_sha256()
                           : EVP_get_digestbyname(OBJ_nid2sn(digest));
  std::array<unsigned char, EVP_MAX_MD_SIZE> value{};
  unsigned int size = 0;
  if (hash == nullptr || X509_digest(certificate, hash, value.data(), &size) != 1) {
    return std::nullopt;
  }
  const auto bytes = std::as_bytes(std::span(value).first(size));
  return crypto::Bytes(bytes.begin(), bytes.end());
}

/// Clients are asked for a certificate; one without may go on, to be told so in words.
std::optional<TlsFailure> ask_for_certificates(ssl::context& context,
                                               const ClientTlsOptions& options) {
  SSL_CTX* native = context.native_handle();
  boost::system::error_code ec;
  context.load_verify_file(options.client_ca, ec);
  if (ec) {
    return failure("cannot use the certificate authority of clients", options.client_ca, ec);
  }
  SSL_CTX_set_client_CA_list(native, SSL_load_client_CA_file(options.client_ca.c_str()));
  SSL_CTX_set_verify(native, SSL_VERIFY_PEER | SSL_VERIFY_CLIENT_ONCE, nullptr);
  if (options.client_crl.empty()) {
    return std::nullopt;
  }
  X509_STORE* store = SSL_CTX_get_cert_store(native);
  if (X509_STORE_load_file(store, options.client_crl.c_str()) != 1 ||
      X509_STORE_set_flags(store, X509_V_FLAG_CRL_CHECK | X509_V_FLAG_CRL_CHECK_ALL) != 1) {
    return TlsFailure{"cannot use the revocation list " + options.client_crl};
  }
  return std::nullopt;
}

}  // namespace

std::variant<TlsContext, TlsFailure> client_tls_context(const ClientTlsOptions& options) {
  if (options.mode == ClientTlsOptions::Mode::Off) {
    return TlsContext();
  }
  auto context = std::make_shared<ssl::context>(ssl::context::tls_server);
  set_common(*context);
  boost::system::error_code ec;
  context->use_certificate_chain_file(options.certificate, ec);
  if (ec) {
    return failure("cannot use the certificate", options.certificate, ec);
  }
  context->use_private_key_file(options.key, ssl::context::pem, ec);
  if (ec) {
    return failure("cannot use the key", options.key, ec);
  }
  if (SSL_CTX_check_private_key(context->native_handle()) != 1) {
    return TlsFailure{"the key " + options.key + " does not belong to " + options.certificate};
  }
  SSL_CTX_set_alpn_select_cb(context->native_handle(), select_alpn, nullptr);
  // As PostgreSQL: each connection shows its certificates anew.
  SSL_CTX_set_options(context->native_handle(), SSL_OP_NO_TICKET);
  SSL_CTX_set_session_cache_mode(context->native_handle(), SSL_SESS_CACHE_OFF);
  if (options.client_cert != ClientTlsOptions::Certificate::Off) {
    if (auto why = ask_for_certificates(*context, options)) {
      return std::move(*why);
    }
  }
  SSL_CTX_set_session_cache_mode(context->native_handle(), SSL_SESS_CACHE_OFF);
  SSL_CTX_set_options(context->native_handle(), SSL_OP_NO_TICKET | SSL_OP_CIPHER_SERVER_PREFERENCE);
  return context;
}

std::variant<TlsContext, TlsFailure> upstream_tls_context(const UpstreamOptions& options) {
  using Mode = UpstreamOptions::SslMode;
  if (options.sslmode == Mode::Disable) {
    return TlsContext();
  }
  auto context = std::make_shared<ssl::context>(ssl::context::tls_client);
  set_common(*context);
  boost::system::error_code ec;
  const bool verify = options.sslmode == Mode::VerifyCa || options.sslmode == Mode::VerifyFull ||
                      (options.sslmode == Mode::Require && !options.sslrootcert.empty());
  if (!options.sslrootcert.empty()) {
    context->load_verify_file(options.sslrootcert, ec);
  } else if (verify) {
    context->set_default_verify_paths(ec);
  }
  if (ec) {
    return failure("cannot use the root certificate", options.sslrootcert, ec);
  }
  context->set_verify_mode(verify ? ssl::verify_peer : ssl::verify_none, ec);
  if (!options.sslcert.empty()) {
    context->use_certificate_chain_file(options.sslcert, ec);
    if (!ec) {
      context->use_private_key_file(options.sslkey, ssl::context::pem, ec);
    }
    if (ec) {
      return failure("cannot use the certificate", options.sslcert, ec);
    }
  }
  return context;
}

bool prepare_upstream_tls(SSL* tls, UpstreamOptions::SslMode sslmode, const std::string& host) {
  boost::system::error_code ec;
  (void)boost::asio::ip::make_address(host, ec);
  const bool is_name = ec.failed();
  if (is_name && !set_server_name(tls, host)) {
    return false;
  }
  if (sslmode != UpstreamOptions::SslMode::VerifyFull) {
    return true;
  }
  X509_VERIFY_PARAM* parameters = SSL_get0_param(tls);
  X509_VERIFY_PARAM_set_hostflags(parameters, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
  return is_name ? X509_VERIFY_PARAM_set1_host(parameters, host.c_str(), host.size()) == 1
                 : X509_VERIFY_PARAM_set1_ip_asc(parameters, host.c_str()) == 1;
}

std::optional<crypto::Bytes> own_end_point(SSL* tls) { return end_point(SSL_get_certificate(tls)); }

std::optional<crypto::Bytes> peer_end_point(SSL* tls) {
  const std::unique_ptr<X509, decltype(&X509_free)> peer(SSL_get1_peer_certificate(tls), X509_free);
  return end_point(peer.get());
}

bool has_valid_certificate(SSL* tls) {
  return SSL_get0_peer_certificate(tls) != nullptr && SSL_get_verify_result(tls) == X509_V_OK;
}

std::optional<std::string> peer_common_name(SSL* tls) {
  const X509* peer = SSL_get0_peer_certificate(tls);
  const X509_NAME* subject = peer == nullptr ? nullptr : X509_get_subject_name(peer);
  const int at = subject == nullptr ? -1 : X509_NAME_get_index_by_NID(subject, NID_commonName, -1);
  if (at < 0) {
    return std::nullopt;
  }
  unsigned char* text = nullptr;
  const int size =
      ASN1_STRING_to_UTF8(&text, X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, at)));
  if (size < 0) {
    return std::nullopt;
  }
  const std::string name(reinterpret_cast<const char*>(text), static_cast<std::size_t>(size));
  OPENSSL_free(text);
  return name.find('\0') == std::string::npos ? std::optional(name) : std::nullopt;
}

bool negotiated_postgresql(SSL* tls) {
  const unsigned char* name = nullptr;
  unsigned int size = 0;
  SSL_get0_alpn_selected(tls, &name, &size);
  return std::string_view(reinterpret_cast<const char*>(name), size) == kAlpn.substr(1);
}

}  // namespace pgveil::proxy
