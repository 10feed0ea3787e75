#include "proxy/metrics/server.hpp"

#include <array>
#include <civetweb.h>
#include <string_view>

namespace pgveil::proxy {

struct MetricsServer::Impl {
  MetricsServerOptions options;
  mg_context* context = nullptr;
};

namespace {

MetricsServerOptions* options_of(mg_connection* connection) {
  return static_cast<MetricsServerOptions*>(mg_get_user_data(mg_get_context(connection)));
}

int answer(mg_connection* connection, int status, const char* type, const std::string& body) {
  const char* phrase = status == 200   ? "OK"
                       : status == 404 ? "Not Found"
                       : status == 405 ? "Method Not Allowed"
                                       : "Service Unavailable";
  const std::string head = "HTTP/1.1 " + std::to_string(status) + " " + phrase +
                           "\r\nContent-Type: " + type +
                           "\r\nContent-Length: " + std::to_string(body.size()) +
                           "\r\nCache-Control: no-store\r\nConnection: close\r\n\r\n";
  mg_write(connection, head.data(), head.size());
  mg_write(connection, body.data(), body.size());
  return status;
}

int on_request(mg_connection* connection) {
  constexpr const char* kPlain = "text/plain; charset=utf-8";
  const mg_request_info* request = mg_get_request_info(connection);
  const MetricsServerOptions& options = *options_of(connection);
  const std::string_view path = request->local_uri == nullptr ? "" : request->local_uri;
  if (std::string_view(request->request_method) != "GET") {
    return answer(connection, 405, kPlain, "only GET\n");
  }
  if (path == "/metrics") {
    return answer(connection, 200, "text/plain; version=0.0.4; charset=utf-8", options.metrics());
  }
  if (path == "/healthz") {
    return answer(connection, 200, kPlain, "ok\n");
  }
  if (path == "/readyz") {
    const std::string why = options.not_ready_because();
    return why.empty() ? answer(connection, 200, kPlain, "ready\n")
                       : answer(connection, 503, kPlain, why + "\n");
  }
  return answer(connection, 404, kPlain, "/metrics, /healthz, /readyz\n");
}

/// civetweb would write to stderr otherwise.
int on_message(const mg_connection*, const char*) { return 1; }

}  // namespace

MetricsServer::MetricsServer(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

std::unique_ptr<MetricsServer> MetricsServer::start(MetricsServerOptions options,
                                                    std::string& why) {
  auto impl = std::make_unique<Impl>();
  impl->options = std::move(options);
  const bool v6 = impl->options.host.find(':') != std::string::npos;
  const std::string address = (v6 ? "[" + impl->options.host + "]" : impl->options.host) + ":" +
                              std::to_string(impl->options.port);
  // Few threads and short waits: a slow reader must not keep resources.
  const std::array<const char*, 9> settings{"listening_ports",
                                            address.c_str(),
                                            "num_threads",
                                            "2",
                                            "request_timeout_ms",
                                            "5000",
                                            "enable_directory_listing",
                                            "no",
                                            nullptr};
  mg_callbacks callbacks{};
  callbacks.begin_request = on_request;
  callbacks.log_message = on_message;
  impl->context = mg_start(&callbacks, &impl->options, const_cast<const char**>(settings.data()));
  if (impl->context == nullptr) {
    why = "cannot listen on " + address;
    return nullptr;
  }
  return std::unique_ptr<MetricsServer>(new MetricsServer(std::move(impl)));
}

MetricsServer::~MetricsServer() { mg_stop(impl_->context); }

std::uint16_t MetricsServer::port() const {
  std::array<mg_server_port, 4> ports{};
  const int count =
      mg_get_server_ports(impl_->context, static_cast<int>(ports.size()), ports.data());
  return count > 0 ? static_cast<std::uint16_t>(ports[0].port) : std::uint16_t{0};
}

}  // namespace pgveil::proxy
