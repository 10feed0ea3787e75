#include "protocol/message/errors.hpp"
#include "protocol/message/login.hpp"
#include "protocol/message/proxy_header.hpp"
#include "proxy/net/connection.hpp"

#include <algorithm>
#include <array>
#include <cstring>

namespace pgveil::proxy {

namespace {

using protocol::make_error;
using protocol::StartupMessage;

constexpr std::size_t kMaxName = 63;  // NAMEDATALEN - 1
constexpr unsigned char kClientHello = 0x16;

/// PostgreSQL's spellings of false; everything else asks for replication, or is an error there.
bool is_false(std::string_view text) {
  std::string lower(text);
  std::ranges::transform(lower, lower.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  const auto begins = [&](std::string_view whole, std::size_t least) {
    return lower.size() >= least && whole.starts_with(lower);
  };
  return lower == "0" || begins("false", 1) || begins("no", 1) || begins("off", 2);
}

/// Cut at 63 bytes, but not inside a UTF-8 character.
void truncate_name(std::string& name) {
  if (name.size() > kMaxName) {
    std::size_t end = kMaxName;
    while (end > 0 && (static_cast<unsigned char>(name[end]) & 0xc0) == 0x80) {
      --end;
    }
    name.resize(end);
  }
}

/// Why the message cannot log in, if it cannot. Fills in `database` and truncates names.
std::optional<protocol::ErrorFields> complete(StartupMessage& message, const NetOptions& options) {
  const std::string* replication = message.find("replication");
  if (replication != nullptr && !is_false(*replication)) {
    return make_error("FATAL", "0A000", "replication connections are not possible through pgveil",
                      {}, "Connect to the database server itself; sealed columns stay sealed.");
  }
  std::erase_if(message.parameters, [](const auto& p) { return p.first == "replication"; });
  for (auto& [name, value] : message.parameters) {
    if (name == "user" || name == "database") {
      truncate_name(value);
    }
  }
  const std::string* user = message.find("user");
  if (user == nullptr || user->empty()) {
    return make_error("FATAL", "28000", "no PostgreSQL user name specified in startup packet");
  }
  const std::string* database = message.find("database");
  const std::string name = database == nullptr || database->empty() ? *user : *database;
  if (!options.database.empty() && name != options.database) {
    return make_error("FATAL", "3D000", "database \"" + name + "\" does not exist");
  }
  std::erase_if(message.parameters, [](const auto& p) { return p.first == "database"; });
  message.parameters.emplace_back("database", name);
  return std::nullopt;
}

/// NegotiateProtocolVersion for minor versions above 0 and `_pq_.` options, which leave the message.
protocol::Bytes negotiate_version(StartupMessage& message) {
  protocol::NegotiateProtocolVersion answer;
  std::erase_if(message.parameters, [&](const auto& parameter) {
    const bool option = parameter.first.starts_with("_pq_.");
    if (option) {
      answer.unknown_options.push_back(parameter.first);
    }
    return option;
  });
  protocol::Bytes out;
  if (message.minor > 0 || !answer.unknown_options.empty()) {
    protocol::encode_negotiate_protocol_version(out, answer);
  }
  message.minor = 0;
  return out;
}

/// One whole start-up packet, and nothing behind it; nothing if the client is gone or sends rubbish.
asio::awaitable<std::optional<protocol::Bytes>> read_packet(
    std::shared_ptr<Connection> connection) {
  Stream& client = *connection->client;
  protocol::Bytes buffer;
  std::array<std::byte, 1'024> scratch{};
  for (;;) {
    const auto packet = protocol::cut_startup_packet(buffer);
    if (!packet) {
      co_return std::nullopt;
    }
    if (*packet) {
      const protocol::ByteView behind = protocol::ByteView(buffer).subspan((**packet).size());
      connection->client_frames.append(behind);
      buffer.resize((**packet).size());
      co_return std::move(buffer);
    }
    error_code ec = co_await client.wait_readable();
    if (ec) {
      co_return std::nullopt;
    }
    const protocol::ByteView got = client.take(scratch, ec);
    if (ec && ec != asio::error::would_block) {
      co_return std::nullopt;
    }
    buffer.insert(buffer.end(), got.begin(), got.end());
  }
}

/// Whether something came behind a request whose answer must be waited for.
bool came_more(const Connection& connection) {
  return !connection.client_frames.pending().empty() ||
         (!connection.client->is_tls() && connection.client->available() > 0);
}

std::string print_source(const protocol::ProxyHeader::Source& source) {
  const auto copy = [&](auto bytes) {
    std::memcpy(bytes.data(), source.address.data(), bytes.size());
    return bytes;
  };
  const asio::ip::address address =
      source.v6 ? asio::ip::address(asio::ip::address_v6(copy(asio::ip::address_v6::bytes_type())))
                : asio::ip::address(asio::ip::address_v4(copy(asio::ip::address_v4::bytes_type())));
  return print_endpoint({address, source.port});
}

asio::awaitable<bool> answer_byte(Stream& client, char answer) {
  protocol::Bytes out;
  protocol::put_letter(out, answer);
  const error_code ec = co_await client.write_all(out);
  co_return !ec;
}

asio::awaitable<bool> start_tls(std::shared_ptr<Connection> connection) {
  const TlsContext context = connection->core->tls.client();
  if (!connection->client->start_tls(*context, Stream::TlsRole::Server)) {
    co_return false;
  }
  const error_code ec = co_await connection->client->handshake();
  co_return !ec;
}

/// False: the connection is of no more use.
asio::awaitable<bool> answer_ssl(std::shared_ptr<Connection> connection) {
  Stream& client = *connection->client;
  if (came_more(*connection)) {
    co_return false;  // CVE-2021-23214: neither plain text nor TLS may see those bytes
  }
  const bool possible =
      connection->core->tls.client() != nullptr && !client.is_tls() && !client.is_unix();
  const bool sent = co_await answer_byte(client, possible ? 'S' : 'N');
  if (!sent || !possible) {
    co_return sent;
  }
  co_return co_await start_tls(connection);
}

/// A ClientHello without an SSLRequest before it. Demands ALPN.
asio::awaitable<bool> start_direct_tls(std::shared_ptr<Connection> connection) {
  const bool secured = co_await start_tls(connection);
  co_return secured&& negotiated_postgresql(connection->client->tls());
}

/// Names the client by the header that comes first from a balancer; false: gone, or no header.
asio::awaitable<bool> read_proxy_header(std::shared_ptr<Connection> connection) {
  Stream& client = *connection->client;
  const auto from = client.peer_endpoint();
  if (!from || !connection->core->balancers.contains(from->address())) {
    co_return true;
  }
  protocol::Bytes header;
  std::size_t wanted = protocol::kProxyHeaderStart;
  while (header.size() < wanted) {
    error_code ec = co_await client.wait_readable();
    if (ec) {
      co_return false;
    }
    std::array<std::byte, protocol::kProxyHeaderLimit> scratch;
    const protocol::ByteView got =
        client.take(std::span(scratch).first(wanted - header.size()), ec);
    if (ec && ec != asio::error::would_block) {
      co_return false;
    }
    header.insert(header.end(), got.begin(), got.end());
    const auto size = protocol::proxy_header_size(header);
    if (!size) {
      connection->core->log(LogLevel::Warning,
                            "a connection from " + client.peer() + " has no PROXY header");
      co_return false;
    }
    wanted = *size ? **size : wanted;
  }
  const auto decoded = protocol::decode_proxy_header(header);
  if (decoded && (*decoded).source) {
    client.name_peer(print_source(*(*decoded).source));
  }
  co_return decoded.has_value();
}

/// TLS first, if the client starts with it; false: gone.
asio::awaitable<bool> sniff(std::shared_ptr<Connection> connection) {
  const std::optional<unsigned char> first = co_await connection->client->peek_byte();
  if (!first) {
    co_return false;
  }
  if (*first != kClientHello) {
    co_return true;
  }
  if (!connection->core->tls.client() || connection->client->is_unix()) {
    co_return false;
  }
  co_return co_await start_direct_tls(connection);
}

/// Why the client's certificate does not let it in. Clients of the unix socket have none.
std::optional<protocol::ErrorFields> check_certificate(const Connection& connection,
                                                       const std::string& user) {
  using Certificate = ClientTlsOptions::Certificate;
  const Certificate wanted = connection.core->options.tls.client_cert;
  if (wanted == Certificate::Off || connection.client->is_unix()) {
    return std::nullopt;
  }
  SSL* tls = connection.client->tls();
  if (tls == nullptr || !has_valid_certificate(tls)) {
    return make_error("FATAL", "28000", "connection requires a valid client certificate");
  }
  if (wanted == Certificate::Login && peer_common_name(tls) != user) {
    return make_error("FATAL", "28000",
                      "certificate authentication failed for user \"" + user + "\"");
  }
  return std::nullopt;
}

/// The message, if it may log in; else the client has been told.
asio::awaitable<std::shared_ptr<StartupMessage>> accept_startup(
    std::shared_ptr<Connection> connection, std::shared_ptr<StartupMessage> message) {
  const NetOptions& options = connection->core->options;
  if (options.tls.mode == ClientTlsOptions::Mode::Require && !connection->client->is_tls() &&
      !connection->client->is_unix()) {
    protocol::ErrorFields error =
        make_error("FATAL", "28000", "this server accepts connections with TLS only");
    co_await send_error(connection, std::move(error));
    co_return nullptr;
  }
  const protocol::Bytes version = negotiate_version(*message);
  if (!version.empty()) {
    const error_code ec = co_await connection->client->write_all(version);
    if (ec) {
      co_return nullptr;
    }
  }
  std::optional<protocol::ErrorFields> error = complete(*message, options);
  if (!error) {
    error = check_certificate(*connection, *message->find("user"));
  }
  if (error) {
    co_await send_error(connection, std::move(*error));
    co_return nullptr;
  }
  co_return message;
}

asio::awaitable<void> refuse_version(std::shared_ptr<Connection> connection,
                                     protocol::UnsupportedVersion version) {
  const std::string text = "unsupported frontend protocol " + std::to_string(version.major) + "." +
                           std::to_string(version.minor) + ": server supports 3.0 to 3.0";
  protocol::Bytes out;
  if (version.major < 3) {
    protocol::encode_version_2_error(out, "FATAL:  " + text);
  } else {
    protocol::encode_error_response(out, make_error("FATAL", "0A000", text));
  }
  const error_code ec = co_await connection->client->write_all(out);
  if (ec) {
    connection->abandon();
  }
}

}  // namespace

asio::awaitable<void> send_error(std::shared_ptr<Connection> connection,
                                 protocol::ErrorFields error) {
  protocol::Bytes out;
  protocol::encode_error_response(out, error);
  const error_code ec = co_await connection->client->write_all(out);
  if (!ec) {
    co_await connection->client->finish_writing();
  }
}

asio::awaitable<std::shared_ptr<StartupMessage>> negotiate(std::shared_ptr<Connection> connection) {
  const bool known = co_await read_proxy_header(connection);
  const bool started = known && co_await sniff(connection);
  bool asked_ssl = false;
  bool asked_gss = false;
  while (started) {
    const std::optional<protocol::Bytes> bytes = co_await read_packet(connection);
    if (!bytes) {
      co_return nullptr;
    }
    auto packet = protocol::decode_startup_packet(*bytes);
    if (!packet) {
      protocol::ErrorFields error = make_error(
          "FATAL", "08P01", "invalid startup packet layout: expected terminator as last byte");
      co_await send_error(connection, std::move(error));
      co_return nullptr;
    }
    if (const auto* cancel = std::get_if<protocol::CancelRequest>(&*packet)) {
      count(connection->core->counters.cancels_received);
      (void)connection->core->cancels.request(cancel->pid, cancel->key);
      co_return nullptr;
    }
    if (const auto* version = std::get_if<protocol::UnsupportedVersion>(&*packet)) {
      co_await refuse_version(connection, *version);
      co_return nullptr;
    }
    if (auto* message = std::get_if<StartupMessage>(&*packet)) {
      auto owned = std::make_shared<StartupMessage>(std::move(*message));
      co_return co_await accept_startup(connection, std::move(owned));
    }
    bool good = false;
    if (std::holds_alternative<protocol::SslRequest>(*packet)) {
      good = !std::exchange(asked_ssl, true) && co_await answer_ssl(connection);
    } else if (!std::exchange(asked_gss, true) && !came_more(*connection)) {
      good = co_await answer_byte(*connection->client, 'N');
    }
    if (!good) {
      co_return nullptr;
    }
  }
  co_return nullptr;
}

}  // namespace pgveil::proxy
