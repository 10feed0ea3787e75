#include "proxy/apply/value_pump.hpp"

#include "crypto/secret.hpp"

#include <algorithm>
#include <array>

namespace pgveil::proxy::apply {
namespace {

constexpr std::array<unsigned char, 11> kSignature{'P',  'G',  'C',  'O',  'P', 'Y',
                                                   '\n', 0xFF, '\r', '\n', 0};
constexpr std::size_t kHeaderSize = kSignature.size() + 8;  // flags, size of the extension
constexpr std::size_t kBufferSize = std::size_t{1} << 17;
constexpr std::uint64_t kProgressRows = 4096;

std::int64_t read_int(crypto::ByteView bytes) {
  std::uint64_t value = std::to_integer<unsigned>(bytes[0]) >= 0x80 ? ~std::uint64_t{0} : 0;
  for (const std::byte b : bytes) {
    value = (value << 8) | std::to_integer<std::uint64_t>(b);
  }
  return static_cast<std::int64_t>(value);
}

void append_int(std::size_t size, std::int64_t value, crypto::Bytes& out) {
  for (std::size_t i = size; i-- > 0;) {
    out.push_back(static_cast<std::byte>(value >> (8 * i)));
  }
}

void store_int32(std::int64_t value, std::span<std::byte> out) {
  for (std::size_t i = 0; i < 4; ++i) {
    out[i] = static_cast<std::byte>(value >> (8 * (3 - i)));
  }
}

/// Where a row lies, for errors: "row (12,3)".
std::string row_name(crypto::ByteView tid) {
  if (tid.size() != 6) {
    return "a row";
  }
  return "row (" + std::to_string(static_cast<std::uint32_t>(read_int(tid.first(4)))) + ',' +
         std::to_string(static_cast<std::uint16_t>(read_int(tid.subspan(4, 2)))) + ')';
}

const Error kNotCopy{Errc::Mismatch, "the server's COPY stream is not what was expected", ""};

class Pump {
 public:
  Pump(keys::PgConnection& writer, const std::vector<PumpColumn>& columns)
      : writer_(writer), columns_(columns) {
    result_.values.resize(columns.size());
    out_.reserve(kBufferSize + (std::size_t{1} << 16));
    for (const unsigned char c : kSignature) {
      out_.push_back(static_cast<std::byte>(c));
    }
    append_int(8, 0, out_);
  }

  ~Pump() { crypto::wipe(out_); }

  Pump(const Pump&) = delete;
  Pump& operator=(const Pump&) = delete;

  /// One CopyData message: whole rows.
  [[nodiscard]] Result<void> take(crypto::ByteView data) {
    if (!header_seen_) {
      if (data.size() < kHeaderSize || !std::ranges::equal(data.first(kSignature.size()),
                                                           std::as_bytes(std::span(kSignature)))) {
        return kNotCopy;
      }
      data = data.subspan(kHeaderSize);
      header_seen_ = true;
    }
    while (!data.empty()) {
      if (data.size() < 2) {
        return kNotCopy;
      }
      const std::int64_t fields = read_int(data.first(2));
      data = data.subspan(2);
      if (fields == -1) {
        return data.empty() ? Result<void>() : Result<void>(kNotCopy);
      }
      if (fields != static_cast<std::int64_t>(columns_.size()) + 1) {
        return kNotCopy;
      }
      if (auto done = take_row(data); !done) {
        return done.error();
      }
    }
    return flush(kBufferSize);
  }

  [[nodiscard]] Result<PumpResult> finish() {
    append_int(2, -1, out_);
    if (auto done = flush(0); !done) {
      return done.error();
    }
    return result_;
  }

  [[nodiscard]] std::uint64_t rows() const { return result_.rows; }

 private:
  [[nodiscard]] Result<void> flush(std::size_t above) {
    if (out_.size() <= above) {
      return {};
    }
    auto done = writer_.put_copy(out_);
    crypto::wipe(out_);
    out_.clear();
    return done ? Result<void>() : Result<void>(from_keys(done.error()));
  }

  /// A field of the stream; NULL has no bytes and `null` set.
  static bool take_field(crypto::ByteView& data, crypto::ByteView& field, bool& null) {
    if (data.size() < 4) {
      return false;
    }
    const std::int64_t size = read_int(data.first(4));
    data = data.subspan(4);
    null = size < 0;
    const std::size_t length = null ? 0 : static_cast<std::size_t>(size);
    if (data.size() < length) {
      return false;
    }
    field = data.first(length);
    data = data.subspan(length);
    return true;
  }

  Result<void> take_row(crypto::ByteView& data) {
    crypto::ByteView tid;
    bool null = false;
    if (!take_field(data, tid, null) || tid.size() != 6) {
      return kNotCopy;
    }
    append_int(2, static_cast<std::int64_t>(columns_.size()) + 1, out_);
    append_int(4, 6, out_);
    out_.insert(out_.end(), tid.begin(), tid.end());
    for (std::size_t i = 0; i < columns_.size(); ++i) {
      crypto::ByteView field;
      if (!take_field(data, field, null)) {
        return kNotCopy;
      }
      if (null) {
        append_int(4, -1, out_);
        continue;
      }
      const std::size_t at = out_.size();
      append_int(4, 0, out_);
      if (auto failed = columns_[i].transform(field, out_)) {
        failed->message = columns_[i].name + ", " + row_name(tid) + ": " + failed->message;
        return *failed;
      }
      store_int32(static_cast<std::int64_t>(out_.size() - at - 4), std::span(out_).subspan(at, 4));
      ++result_.values[i];
    }
    ++result_.rows;
    return {};
  }

  keys::PgConnection& writer_;
  const std::vector<PumpColumn>& columns_;
  crypto::Bytes out_;
  bool header_seen_ = false;
  PumpResult result_;
};

}  // namespace

Result<PumpResult> pump_values(keys::PgConnection& reader,
                               keys::PgConnection& writer,
                               const std::string& source,
                               const std::string& target,
                               const std::vector<PumpColumn>& columns,
                               const PumpProgress& progress) {
  std::string list = "ctid";
  for (const PumpColumn& column : columns) {
    list += ", " + column.sql;
  }
  const auto out = reader.begin_copy_out("COPY (SELECT " + list + " FROM ONLY " + source +
                                         ") TO STDOUT (FORMAT binary)");
  if (!out) {
    return from_keys(out.error());
  }
  const auto in = writer.begin_copy_in("COPY " + target + " FROM STDIN (FORMAT binary)");
  if (!in) {
    return from_keys(in.error());
  }
  Pump pump(writer, columns);
  std::uint64_t told = 0;
  for (;;) {
    crypto::ByteView data;
    const auto more = reader.get_copy(data);
    if (!more) {
      return from_keys(more.error());
    }
    if (!*more) {
      break;
    }
    if (auto done = pump.take(data); !done) {
      return done.error();
    }
    if (progress && pump.rows() >= told + kProgressRows) {
      told = pump.rows();
      progress(told);
    }
  }
  auto result = pump.finish();
  if (!result) {
    return result.error();
  }
  if (auto done = writer.end_copy_in(); !done) {
    return from_keys(done.error());
  }
  if (progress) {
    progress((*result).rows);
  }
  return result;
}

}  // namespace pgveil::proxy::apply
