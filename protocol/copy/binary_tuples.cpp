#include "protocol/copy/binary_tuples.hpp"

#include <algorithm>

namespace pgveil::protocol::copy {

BinaryTuples::BinaryTuples(std::vector<std::string> columns, std::size_t longest)
    : columns_(std::move(columns)), longest_(longest) {}

void BinaryTuples::feed(ByteView bytes) {
  if (at_ > 0) {
    buffer_.erase(buffer_.begin(), buffer_.begin() + static_cast<std::ptrdiff_t>(at_));
    at_ = 0;
  }
  put_bytes(buffer_, bytes);
}

BinaryTuples::Found BinaryTuples::fail(const char* message) {
  error_.message = message;
  error_.line = number_;
  return Found::Error;
}

BinaryTuples::Found BinaryTuples::next() {
  if (!has_header_) {
    const Found found = header();
    if (found != Found::Tuple) {
      return found;
    }
  }
  if (!over_) {
    return tuple();
  }
  if (left() > 0) {
    return fail("received copy data after EOF marker");
  }
  return finished_ ? Found::End : Found::More;
}

/// Tuple: the header was there.
BinaryTuples::Found BinaryTuples::header() {
  const std::size_t seen = std::min(left(), kSignature.size());
  if (as_text(rest().first(seen)) != kSignature.substr(0, seen) ||
      (seen < kSignature.size() && finished_)) {
    return fail("COPY file signature not recognized");
  }
  constexpr std::size_t kFixed = 19;
  if (left() < kFixed) {
    if (!finished_) {
      return Found::More;
    }
    return fail(left() < kSignature.size() + 4 ? "invalid COPY file header (missing flags)"
                                               : "invalid COPY file header (missing length)");
  }
  Reader in(rest().subspan(kSignature.size()));
  const std::uint32_t flags = in.u32();
  const std::int32_t extension = in.i32();
  if ((flags & (1U << 16)) != 0) {
    return fail("invalid COPY file header (WITH OIDS)");
  }
  if ((flags >> 16) != 0) {
    return fail("unrecognized critical flags in COPY file header");
  }
  if (extension < 0) {
    return fail("invalid COPY file header (missing length)");
  }
  const std::size_t size = kFixed + static_cast<std::size_t>(extension);
  if (size > longest_ || (left() < size && finished_)) {
    return fail("invalid COPY file header (wrong length)");
  }
  if (left() < size) {
    return Found::More;
  }
  at_ += size;
  has_header_ = true;
  return Found::Tuple;
}

BinaryTuples::Found BinaryTuples::tuple() {
  Reader in(rest());
  const std::int16_t count = in.i16();
  error_.column.reset();
  if (!in.ok()) {
    return finished_ ? Found::End : Found::More;
  }
  if (count == -1) {
    ++number_;
    at_ += 2;
    over_ = true;
    return next();
  }
  if (count < 0 || static_cast<std::size_t>(count) != columns_.size()) {
    ++number_;
    return fail(("row field count is " + std::to_string(count) + ", expected " +
                 std::to_string(columns_.size()))
                    .c_str());
  }
  cells_.clear();
  for (const std::string& column : columns_) {
    const std::int32_t size = in.i32();
    const bool is_short = !in.ok() || (size > 0 && in.left() < static_cast<std::size_t>(size));
    if (in.ok() && size < -1) {
      ++number_;
      error_.column = column;
      return fail("invalid field size");
    }
    if (is_short) {
      if (left() > longest_ || (in.ok() && static_cast<std::size_t>(size) > longest_)) {
        ++number_;
        error_.sqlstate = "54000";
        error_.hint = "max_message_bytes limits rows that hold protected values.";
        return fail("a row is too large");
      }
      if (!finished_) {
        return Found::More;
      }
      ++number_;
      error_.column = column;
      return fail("unexpected EOF in COPY data");
    }
    if (size == -1) {
      cells_.emplace_back();
    } else {
      cells_.emplace_back(in.bytes(static_cast<std::size_t>(size)));
    }
  }
  ++number_;
  at_ = buffer_.size() - in.left();
  return Found::Tuple;
}

}  // namespace pgveil::protocol::copy
