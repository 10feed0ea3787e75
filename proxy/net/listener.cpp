#include "proxy/net/listener.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>

#include <cerrno>
#include <grp.h>
#include <linux/filter.h>
#include <optional>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

namespace pgveil::proxy {

namespace {

using asio::ip::tcp;
using Local = asio::local::stream_protocol;

error_code last_error() { return error_code(errno, boost::system::system_category()); }

/// A listener on an Asio acceptor.
template <class Protocol>
class AcceptorListener : public Listener {
 public:
  explicit AcceptorListener(asio::io_context& context) : acceptor_(context) {}

  asio::awaitable<error_code> accept(asio::io_context& context, Stream::Socket& socket) override {
    typename Protocol::socket accepted(context);
    const auto [ec] = co_await acceptor_.async_accept(accepted, kAwait);
    if (!ec) {
      socket = Stream::Socket(std::move(accepted));
    }
    co_return ec;
  }

  void accept_now(asio::io_context& context, Stream::Socket& socket, error_code& ec) override {
    typename Protocol::socket accepted(context);
    acceptor_.non_blocking(true, ec);
    acceptor_.accept(accepted, ec);
    if (!ec) {
      socket = Stream::Socket(std::move(accepted));
    }
  }

  void close() override {
    error_code ec;
    acceptor_.close(ec);
  }

  [[nodiscard]] bool is_open() const override { return acceptor_.is_open(); }

 protected:
  typename Protocol::acceptor acceptor_;
};

class TcpListener final : public AcceptorListener<tcp> {
 public:
  using AcceptorListener::AcceptorListener;

  error_code open(const tcp::endpoint& endpoint, bool reuse_port) {
    error_code ec;
    acceptor_.open(endpoint.protocol(), ec);
    if (!ec) {
      acceptor_.set_option(tcp::acceptor::reuse_address(true), ec);
    }
    const int on = 1;
    if (!ec && reuse_port &&
        ::setsockopt(acceptor_.native_handle(), SOL_SOCKET, SO_REUSEPORT, &on, sizeof on) != 0) {
      ec = last_error();
    }
    if (!ec) {
      acceptor_.bind(endpoint, ec);
    }
    if (!ec) {
      acceptor_.listen(asio::socket_base::max_listen_connections, ec);
    }
    return ec;
  }

  void hand_over() override {
    // The sockets of one port are numbered in the order in which they came: 1 is the newer one. If
    // there is none the kernel deals out as before.
    sock_filter code[] = {{BPF_RET | BPF_K, 0, 0, 1}};
    const sock_fprog program{1, code};
    (void)::setsockopt(acceptor_.native_handle(), SOL_SOCKET, SO_ATTACH_REUSEPORT_CBPF, &program,
                       sizeof program);
  }

  [[nodiscard]] std::uint16_t port() const override {
    error_code ec;
    return acceptor_.local_endpoint(ec).port();
  }
};

class UnixListener final : public AcceptorListener<Local> {
 public:
  using AcceptorListener::AcceptorListener;

  ~UnixListener() override {
    struct stat now {};

    if (!path_.empty() && ::stat(path_.c_str(), &now) == 0 && now.st_ino == inode_ &&
        now.st_dev == device_) {
      ::unlink(path_.c_str());
    }
  }

  UnixListener(const UnixListener&) = delete;
  UnixListener& operator=(const UnixListener&) = delete;

  /// Listens beside the path first, and takes it over when clients may connect.
  error_code open(const std::string& path, std::uint32_t permissions, std::optional<gid_t> group) {
    const std::string beside = path + "." + std::to_string(::getpid());
    ::unlink(beside.c_str());
    error_code ec;
    acceptor_.open(Local(), ec);
    if (!ec) {
      acceptor_.bind(Local::endpoint(beside), ec);
    }

    struct stat made {};

    if (!ec && ((group && ::chown(beside.c_str(), static_cast<uid_t>(-1), *group) != 0) ||
                ::chmod(beside.c_str(), permissions) != 0 || ::stat(beside.c_str(), &made) != 0)) {
      ec = last_error();
    }
    if (!ec) {
      acceptor_.listen(asio::socket_base::max_listen_connections, ec);
    }
    if (!ec && ::rename(beside.c_str(), path.c_str()) != 0) {
      ec = last_error();
    }
    if (ec) {
      ::unlink(beside.c_str());
      return ec;
    }
    path_ = path;
    inode_ = made.st_ino;
    device_ = made.st_dev;
    return ec;
  }

  void hand_over() override {}

 private:
  std::string path_;
  ino_t inode_ = 0;
  dev_t device_ = 0;
};

std::string failure(const std::string& where, const error_code& ec) {
  return "cannot listen on " + where + ": " + ec.message();
}

}  // namespace

Listening listen_tcp(asio::io_context& context,
                     const ListenOptions& options,
                     const std::string& host,
                     std::uint16_t port) {
  error_code ec;
  tcp::resolver resolver(context);
  const auto endpoints = resolver.resolve(
      host, std::to_string(port), tcp::resolver::passive | tcp::resolver::numeric_service, ec);
  const std::string where = host + " port " + std::to_string(port);
  if (ec || endpoints.empty()) {
    return failure(where, ec);
  }
  auto listener = std::make_shared<TcpListener>(context);
  ec = listener->open(endpoints.begin()->endpoint(), options.reuse_port);
  if (ec) {
    return failure(where, ec);
  }
  return listener;
}

Listening listen_unix(asio::io_context& context, const ListenOptions& options, std::uint16_t port) {
  const std::string path = options.unix_dir + "/.s.PGSQL." + std::to_string(port);
  if (path.size() + 12 >= sizeof(sockaddr_un::sun_path)) {
    return "the path of the unix socket is too long: " + path;
  }
  error_code ec;
  Local::socket probe(context);
  probe.connect(Local::endpoint(path), ec);
  if (!ec && !options.reuse_port) {
    return "another server listens on " + path;
  }
  std::optional<gid_t> group;
  if (!options.unix_group.empty()) {
    const struct group* entry = ::getgrnam(options.unix_group.c_str());
    if (entry == nullptr) {
      return "there is no group " + options.unix_group;
    }
    group = entry->gr_gid;
  }
  auto listener = std::make_shared<UnixListener>(context);
  ec = listener->open(path, options.unix_permissions, group);
  if (ec) {
    return failure(path, ec);
  }
  return listener;
}

}  // namespace pgveil::proxy
