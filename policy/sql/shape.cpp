#include "policy/sql/shape.hpp"

#include <algorithm>
#include <charconv>
#include <memory>
#include <sys/random.h>

namespace pgveil::policy::sql {
namespace {

using Kind = Token::Kind;

constexpr std::size_t kNameLength = 63;  // NAMEDATALEN - 1

/// As the server cuts a long name: at a character's boundary.
std::string_view cut_name(std::string_view name) {
  if (name.size() <= kNameLength) return name;
  std::size_t end = kNameLength;
  while (end > 0 && (static_cast<unsigned char>(name[end]) & 0xC0U) == 0x80U) --end;
  return name.substr(0, end);
}

/// Class of an integer with its sign: -2147483648 is an integer, 2147483648 a bigint.
Kind signed_class(const Token& token, const Literal& literal, std::string_view sql) {
  if (!literal.negative) return token.kind;
  if (token.kind == Kind::Integer8 && text_of(token, sql).ends_with("2147483648")) {
    std::int64_t value = 0;
    const std::string_view digits = text_of(token, sql);
    std::from_chars(digits.data(), digits.data() + digits.size(), value);
    if (value == 2147483648LL) return Kind::Integer4;
  }
  if (token.kind == Kind::IntegerBig) {
    std::string_view digits = text_of(token, sql);
    digits.remove_prefix(std::min(digits.find_first_not_of('0'), digits.size()));
    if (digits == "9223372036854775808") return Kind::Integer8;
  }
  return token.kind;
}

constexpr std::array<char, 256> make_lower() {
  std::array<char, 256> table{};
  for (std::size_t c = 0; c < table.size(); ++c) {
    table[c] = static_cast<char>(c >= 'A' && c <= 'Z' ? c + 32 : c);
  }
  return table;
}

constexpr auto kLower = make_lower();

/// Every token begins with its kind and ends with a byte that no text holds, so two token lists never
/// give the same bytes. At most two bytes more than the token's text. Returns where to go on.
char* append_token(const Token& token, std::string_view sql, char* out) {
  *out++ = static_cast<char>(1 + static_cast<int>(token.kind));
  const std::string_view text = text_of(token, sql);
  switch (token.kind) {
    case Kind::Word:
      for (const char c : cut_name(text)) *out++ = kLower[static_cast<unsigned char>(c)];
      break;
    case Kind::QuotedIdentifier:
    case Kind::UnicodeIdentifier:
    case Kind::Parameter:
    case Kind::Operator:
    case Kind::Punctuation:
      out = std::copy(text.begin(), text.end(), out);
      break;
    default:
      break;
  }
  *out++ = '\0';
  return out;
}

/// Calls f(token, literal or nullptr) for each token; a literal's token comes with the literal it is
/// part of, which has the sign.
template <class F>
void for_each_unit(const std::vector<Token>& tokens, const std::vector<Literal>& literals, F&& f) {
  std::size_t next = 0;
  for (const Token& token : tokens) {
    while (next < literals.size() &&
           literals[next].location + literals[next].length <= token.location) {
      ++next;
    }
    const bool inside = next < literals.size() && token.location >= literals[next].location;
    if (!is_literal(token.kind)) {
      f(token, nullptr);
    } else if (inside) {
      f(token, &literals[next]);
    } else {
      // The escape character of U&"…" UESCAPE '!' is part of a name: its text counts.
      f(Token{Kind::QuotedIdentifier, token.location, token.length}, nullptr);
    }
  }
}

}  // namespace

ShapeSecret ShapeSecret::random() {
  ShapeSecret secret;
  const ssize_t got = getrandom(secret.words.data(), sizeof(secret.words), 0);
  BOOST_ASSERT(got == static_cast<ssize_t>(sizeof(secret.words)));
  return secret;
}

Result<Shape> shape_of(std::string_view sql, const ShapeSecret& secret) {
  const auto tokens = scan(sql);
  if (!tokens) return tokens.error();
  Shape shape;
  shape.literals = literals_of(*tokens, sql);
  const auto bytes = std::make_unique_for_overwrite<char[]>(sql.size() + 2 * tokens->size());
  char* end = bytes.get();
  for_each_unit(*tokens, shape.literals, [&](Token token, const Literal* literal) {
    if (literal != nullptr) token.kind = signed_class(token, *literal, sql);
    end = append_token(token, sql, end);
  });
  shape.key = siphash128({bytes.get(), static_cast<std::size_t>(end - bytes.get())}, secret);
  return shape;
}

}  // namespace pgveil::policy::sql
