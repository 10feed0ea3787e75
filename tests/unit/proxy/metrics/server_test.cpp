#include "proxy/metrics/server.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <arpa/inet.h>
#include <array>
#include <netinet/in.h>
#include <string>
#include <sys/socket.h>
#include <unistd.h>

namespace pgveil::proxy {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::StartsWith;

std::string ask(std::uint16_t port, const std::string& request) {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  std::string answer;
  const std::string text = request + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
  if (::connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0 &&
      ::send(fd, text.data(), text.size(), MSG_NOSIGNAL) > 0) {
    std::array<char, 4'096> buffer{};
    for (ssize_t got = 0; (got = ::recv(fd, buffer.data(), buffer.size(), 0)) > 0;) {
      answer.append(buffer.data(), static_cast<std::size_t>(got));
    }
  }
  ::close(fd);
  return answer;
}

TEST(MetricsServer, AnswersItsThreePaths) {
  std::string trouble = "the twin is starting";
  MetricsServerOptions options;
  options.metrics = [] { return "pgveil_ready 1\n"; };
  options.not_ready_because = [&] { return trouble; };
  std::string why;
  const auto server = MetricsServer::start(options, why);
  ASSERT_NE(server, nullptr) << why;
  const std::uint16_t port = server->port();
  ASSERT_NE(port, 0);
  EXPECT_THAT(ask(port, "GET /metrics"), StartsWith("HTTP/1.1 200 OK\r\n"));
  EXPECT_THAT(ask(port, "GET /metrics"), EndsWith("\r\n\r\npgveil_ready 1\n"));
  EXPECT_THAT(ask(port, "GET /metrics"), HasSubstr("text/plain; version=0.0.4"));
  EXPECT_THAT(ask(port, "GET /healthz"), EndsWith("\r\n\r\nok\n"));
  EXPECT_THAT(ask(port, "GET /readyz"), StartsWith("HTTP/1.1 503 "));
  EXPECT_THAT(ask(port, "GET /readyz"), EndsWith("the twin is starting\n"));
  trouble.clear();
  EXPECT_THAT(ask(port, "GET /readyz"), StartsWith("HTTP/1.1 200 "));
  EXPECT_THAT(ask(port, "GET /etc/passwd"), StartsWith("HTTP/1.1 404 "));
  EXPECT_THAT(ask(port, "GET /../../etc/passwd"), StartsWith("HTTP/1.1 4"));
  EXPECT_THAT(ask(port, "POST /metrics"), StartsWith("HTTP/1.1 405 "));
  EXPECT_THAT(ask(port, "nonsense"), HasSubstr(" 400 "));
}

TEST(MetricsServer, AnAddressInUseIsAnError) {
  MetricsServerOptions options;
  options.metrics = [] { return std::string(); };
  options.not_ready_because = [] { return std::string(); };
  std::string why;
  const auto first = MetricsServer::start(options, why);
  ASSERT_NE(first, nullptr);
  options.port = first->port();
  EXPECT_EQ(MetricsServer::start(options, why), nullptr);
  EXPECT_THAT(why, HasSubstr("cannot listen on 127.0.0.1:"));
}

}  // namespace
}  // namespace pgveil::proxy
