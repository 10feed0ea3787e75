// The flows of a session: what waits, and what goes out.
#include "proxy/net/session.hpp"

namespace pgveil::proxy {

namespace {

constexpr std::size_t kKeepCapacity = 65'536;  // of an empty buffer; idle sessions are many

}  // namespace

void release(protocol::Bytes& buffer) {
  buffer.clear();
  if (buffer.capacity() > kKeepCapacity) {
    protocol::Bytes().swap(buffer);
  }
}

void Outbox::add(protocol::Bytes& bytes) {
  if (broken || bytes.empty()) {
    bytes.clear();
  } else if (queued.empty()) {
    queued.swap(bytes);
  } else {
    queued.insert(queued.end(), bytes.begin(), bytes.end());
    release(bytes);
  }
}

asio::awaitable<void> Session::read_client(std::shared_ptr<Session> self) {
  while (!self->abandoned_ && !self->client_ended_) {
    if (!self->may_read_client()) {
      co_await self->client_gate_.wait();
      continue;
    }
    const error_code ec = co_await self->client_->wait_incoming();
    if (ec) {
      self->on_client_end(ec);
    } else {
      self->on_client_readable();
    }
  }
}

asio::awaitable<void> Session::read_server(std::shared_ptr<Session> self) {
  while (!self->abandoned_ && !self->server_ended_) {
    if (!self->may_read_server()) {
      co_await self->server_gate_.wait();
      continue;
    }
    const error_code ec = co_await self->upstream_->stream->wait_incoming();
    if (ec) {
      self->on_server_end();
    } else {
      self->on_server_readable();
    }
  }
}

asio::awaitable<void> Session::write(std::shared_ptr<Session> self, Stream& to, Outbox& outbox) {
  const bool is_client = &outbox == &self->to_client_;
  auto& counter = is_client ? self->core_->counters.client_bytes_written
                            : self->core_->counters.server_bytes_written;
  while (!self->abandoned_ && !outbox.broken) {
    if (outbox.queued.empty()) {
      if (self->closing_) {
        co_await to.finish_writing();
        co_return;
      }
      co_await outbox.changed.wait();
      continue;
    }
    outbox.writing.swap(outbox.queued);
    const protocol::ByteView rest =
        protocol::ByteView(outbox.writing).subspan(std::exchange(outbox.sent, 0));
    const error_code ec = co_await to.write_all(rest);
    count(counter, rest.size());
    release(outbox.writing);
    outbox.broken = ec.failed();
    (is_client ? self->server_gate_ : self->client_gate_).notify();
  }
  release(outbox.queued);
  if (is_client && outbox.broken) {
    self->client_lost();
  }
}

asio::awaitable<void> Session::watch_client(std::shared_ptr<Session> self) {
  const bool broken = co_await self->client_->wait_broken();
  if (broken && !self->closing_) {
    self->client_lost();
  }
}

}  // namespace pgveil::proxy
