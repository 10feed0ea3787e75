#include "proxy/twin/connection.hpp"

#include "protocol/message/completion.hpp"
#include "protocol/message/login.hpp"
#include "protocol/message/query.hpp"
#include "protocol/message/startup.hpp"
#include "proxy/twin/socket.hpp"

#include <array>
#include <cerrno>
#include <sys/socket.h>
#include <unistd.h>

namespace pgveil::proxy::twin {
namespace {

constexpr std::size_t kReadSize = 65'536;

}  // namespace

protocol::ErrorFields not_ready() {
  return protocol::make_error("ERROR", "57P03", "the twin is not ready", {},
                              "pgveil is starting its analyser again; try once more.");
}

TwinConnection::TwinConnection(TwinConnection&& other) noexcept
    : applied(std::move(other.applied)),
      fd_(std::exchange(other.fd_, -1)),
      socket_path_(std::move(other.socket_path_)),
      pid_(other.pid_),
      key_(other.key_),
      frames_(std::move(other.frames_)) {}

TwinConnection& TwinConnection::operator=(TwinConnection&& other) noexcept {
  std::swap(applied, other.applied);
  std::swap(fd_, other.fd_);
  std::swap(socket_path_, other.socket_path_);
  std::swap(pid_, other.pid_);
  std::swap(key_, other.key_);
  std::swap(frames_, other.frames_);
  return *this;
}

TwinConnection::~TwinConnection() {
  if (fd_ >= 0) {
    protocol::Bytes bye;
    protocol::encode_terminate(bye);
    (void)write_all(fd_, bye);
    ::close(fd_);
  }
}

Result<TwinConnection> TwinConnection::open(const std::string& socket_path,
                                            const std::string& user,
                                            const std::string& database,
                                            const Options& options) {
  TwinConnection connection;
  connection.socket_path_ = socket_path;
  connection.fd_ = connect_unix(socket_path);
  if (connection.fd_ < 0) {
    return Error{Errc::ConnectionLost, "connect", {}};
  }
  if (auto logged_in = connection.log_in(user, database, options); !logged_in) {
    return logged_in.error();
  }
  connection.applied = SessionState{};
  return connection;
}

Result<Done> TwinConnection::log_in(const std::string& user,
                                    const std::string& database,
                                    const Options& options) {
  protocol::StartupMessage start;
  start.parameters = {{"user", user}, {"database", database}, {"client_encoding", "UTF8"}};
  start.parameters.insert(start.parameters.end(), options.begin(), options.end());
  protocol::Bytes bytes;
  protocol::encode_startup_packet(bytes, start);
  if (auto sent = send(bytes); !sent) {
    return sent.error();
  }
  while (true) {
    auto message = next();
    if (!message) {
      return message.error();
    }
    switch ((*message).type) {
      case 'R':
        if (auto auth = protocol::decode_authentication((*message).body);
            !auth || (*auth).kind != protocol::Authentication::Kind::Ok) {
          return Error{Errc::BadMessage, "log in", {}};
        }
        break;
      case 'K': {
        auto key = protocol::decode_backend_key_data((*message).body);
        if (!key) {
          return Error{Errc::BadMessage, "log in", {}};
        }
        protocol::Reader reader((*key).key);
        pid_ = (*key).pid;
        key_ = reader.u32();
        break;
      }
      case 'E': {
        auto fields = protocol::decode_error_fields((*message).body);
        return Error{Errc::ConnectionLost, "log in",
                     fields ? std::string((*fields).get('M')) : std::string()};
      }
      case 'Z':
        return Done{};
      default:
        break;
    }
  }
}

Result<Done> TwinConnection::send(const protocol::Bytes& bytes) {
  if (!write_all(fd_, bytes)) {
    return Error{Errc::ConnectionLost, "send", {}};
  }
  return Done{};
}

Result<protocol::MessageView> TwinConnection::next() {
  std::array<std::byte, kReadSize> chunk;
  while (true) {
    auto message = frames_.next();
    if (!message) {
      return Error{Errc::BadMessage, "receive", {}};
    }
    if (*message) {
      return **message;
    }
    const ssize_t got = ::recv(fd_, chunk.data(), chunk.size(), 0);
    if (got < 0 && errno == EINTR) {
      continue;
    }
    if (got <= 0) {
      return Error{Errc::ConnectionLost, "receive", {}};
    }
    frames_.append(protocol::ByteView(chunk).first(static_cast<std::size_t>(got)));
  }
}

Result<std::optional<protocol::ErrorFields>> TwinConnection::drain() {
  std::optional<protocol::ErrorFields> first;
  while (true) {
    auto message = next();
    if (!message) {
      return message.error();
    }
    if ((*message).type == 'Z') {
      return first;
    }
    if ((*message).type == 'E' && !first) {
      auto fields = protocol::decode_error_fields((*message).body);
      if (!fields) {
        return Error{Errc::BadMessage, "receive", {}};
      }
      first = std::move(*fields);
    }
  }
}

CancelTarget TwinConnection::cancel_target() const { return {socket_path_, pid_, key_}; }

bool TwinConnection::stale() const {
  if (!frames_.pending().empty()) {
    return true;
  }
  char byte = 0;
  const ssize_t got = ::recv(fd_, &byte, 1, MSG_PEEK | MSG_DONTWAIT);
  // A ParameterStatus may wait there after a configuration reload; only an end is a reason to go.
  return got == 0 || (got < 0 && errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR);
}

}  // namespace pgveil::proxy::twin
