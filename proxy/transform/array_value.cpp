#include "proxy/transform/array_value.hpp"

#include "protocol/value/scalar.hpp"

#include <algorithm>
#include <string>

namespace pgveil::proxy::transform {
namespace {

using protocol::Bytes;
using protocol::ByteView;
using protocol::value::is_space;

constexpr std::uint32_t kMaxDimensions = 6;

Bytes bytes_of(std::string_view text) {
  const ByteView bytes = protocol::as_bytes(text);
  return {bytes.begin(), bytes.end()};
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && is_space(text.front())) {
    text.remove_prefix(1);
  }
  while (!text.empty() && is_space(text.back())) {
    text.remove_suffix(1);
  }
  return text;
}

bool is_null_word(std::string_view word) {
  static constexpr std::string_view kNull = "null";
  return std::ranges::equal(word, kNull,
                            [](char a, char b) { return static_cast<char>(a | 0x20) == b; });
}

/// A quoted element at the front of `rest`, which is shortened by it.
std::optional<std::string> take_quoted(std::string_view& rest) {
  std::string text;
  for (std::size_t i = 1; i < rest.size(); ++i) {
    if (rest[i] == '"') {
      rest.remove_prefix(i + 1);
      return text;
    }
    if (rest[i] == '\\' && ++i == rest.size()) {
      return std::nullopt;
    }
    text += rest[i];
  }
  return std::nullopt;
}

}  // namespace

std::optional<ArrayElements> read_array_text(std::string_view text) {
  std::string_view rest = trimmed(text);
  if (rest.size() < 2 || rest.front() != '{' || rest.back() != '}') {
    return std::nullopt;
  }
  rest = trimmed(rest.substr(1, rest.size() - 2));
  ArrayElements array;
  while (!rest.empty()) {
    if (rest.front() == '"') {
      auto element = take_quoted(rest);
      if (!element) {
        return std::nullopt;
      }
      array.elements.emplace_back(bytes_of(*element));
    } else {
      const std::size_t end = std::min(rest.find(','), rest.size());
      const std::string_view element = trimmed(rest.substr(0, end));
      if (element.empty() || element.find_first_of("{}\"\\") != std::string_view::npos) {
        return std::nullopt;
      }
      array.elements.push_back(is_null_word(element) ? std::nullopt
                                                     : std::optional(bytes_of(element)));
      rest.remove_prefix(end);
    }
    rest = trimmed(rest);
    if (rest.empty()) {
      return array;
    }
    if (rest.front() != ',') {
      return std::nullopt;
    }
    rest = trimmed(rest.substr(1));
    if (rest.empty()) {
      return std::nullopt;
    }
  }
  return array;
}

std::optional<ArrayElements> read_array_binary(ByteView bytes,
                                               protocol::value::TypeOid element_type) {
  protocol::Reader reader(bytes);
  const std::uint32_t dimensions = reader.u32();
  const std::uint32_t flags = reader.u32();
  if (dimensions > kMaxDimensions || flags > 1 || reader.u32() != element_type) {
    return std::nullopt;
  }
  std::uint64_t count = dimensions == 0 ? 0 : 1;
  for (std::uint32_t i = 0; i < dimensions; ++i) {
    const std::int32_t length = reader.i32();
    static_cast<void>(reader.i32());  // lower bound
    if (length < 0 || count * static_cast<std::uint64_t>(length) > bytes.size()) {
      return std::nullopt;
    }
    count *= static_cast<std::uint64_t>(length);
  }
  ArrayElements array;
  for (std::uint64_t i = 0; reader.ok() && i < count; ++i) {
    const protocol::Cell cell = reader.cell();
    array.elements.push_back(cell ? std::optional(Bytes(cell->begin(), cell->end()))
                                  : std::nullopt);
  }
  if (!reader.ok() || reader.left() != 0) {
    return std::nullopt;
  }
  return array;
}

void write_array_binary(std::span<const std::optional<Bytes>> elements,
                        protocol::value::TypeOid element_type,
                        Bytes& out) {
  const bool nulls = std::ranges::any_of(elements, [](const auto& element) { return !element; });
  protocol::put_u32(out, elements.empty() ? 0 : 1);
  protocol::put_u32(out, nulls ? 1 : 0);
  protocol::put_u32(out, element_type);
  if (!elements.empty()) {
    protocol::put_u32(out, static_cast<std::uint32_t>(elements.size()));
    protocol::put_u32(out, 1);
  }
  for (const auto& element : elements) {
    protocol::put_cell(out, element ? protocol::Cell(*element) : protocol::Cell());
  }
}

}  // namespace pgveil::proxy::transform
