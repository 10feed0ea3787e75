#pragma once

/// Bytes that came in and are not used up. As long as everything is used up within the call that brings
/// it, nothing is copied.
///   inbox.feed(bytes); … inbox.pending() … inbox.take(n) …; inbox.keep();
/// Views of `pending` are valid until the next `feed` or `keep`.

#include "protocol/bytes.hpp"

#include <boost/assert.hpp>

namespace pgveil::proxy {

class Inbox {
 public:
  void feed(protocol::ByteView bytes) {
    if (taken_ == buffer_.size()) {
      buffer_.clear();
      taken_ = 0;
      outside_ = bytes;
    } else {
      protocol::put_bytes(buffer_, bytes);
    }
  }

  [[nodiscard]] protocol::ByteView pending() const {
    return outside_.empty() ? protocol::ByteView(buffer_).subspan(taken_) : outside_;
  }

  void take(std::size_t count) {
    BOOST_ASSERT(count <= pending().size());
    if (outside_.empty()) {
      taken_ += count;
    } else {
      outside_ = outside_.subspan(count);
    }
  }

  /// Makes what is left our own; the bytes that were fed may go.
  void keep() {
    if (!outside_.empty()) {
      buffer_.assign(outside_.begin(), outside_.end());
      taken_ = 0;
      outside_ = {};
    } else if (taken_ > kCompactFrom && taken_ * 2 > buffer_.size()) {
      buffer_.erase(buffer_.begin(), buffer_.begin() + static_cast<std::ptrdiff_t>(taken_));
      taken_ = 0;
    }
    if (taken_ == buffer_.size() && buffer_.capacity() > kKeepCapacity) {
      buffer_ = protocol::Bytes();
      taken_ = 0;
    }
  }

 private:
  static constexpr std::size_t kCompactFrom = 4'096;
  static constexpr std::size_t kKeepCapacity = 16'384;  // an idle session holds no more

  protocol::Bytes buffer_;
  std::size_t taken_ = 0;
  protocol::ByteView outside_;  // not empty only while buffer_ has nothing left
};

}  // namespace pgveil::proxy
