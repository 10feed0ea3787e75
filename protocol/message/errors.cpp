#include "protocol/message/errors.hpp"

#include <algorithm>

namespace pgveil::protocol {

namespace {

void encode_fields(Bytes& out, char type, const ErrorFields& error) {
  const Frame frame(out, type);
  for (const auto& [field, text] : error.fields) {
    put_letter(out, field);
    put_text(out, text);
  }
  put_u8(out, 0);
}

}  // namespace

const std::string* ErrorFields::find(char field) const {
  const auto at = std::ranges::find(fields, field, &std::pair<char, std::string>::first);
  return at == fields.end() ? nullptr : &at->second;
}

std::string_view ErrorFields::get(char field) const {
  const std::string* text = find(field);
  return text == nullptr ? std::string_view() : std::string_view(*text);
}

void ErrorFields::set(char field, std::string text) {
  BOOST_ASSERT(field != 0);
  const auto at = std::ranges::find(fields, field, &std::pair<char, std::string>::first);
  if (at != fields.end()) {
    at->second = std::move(text);
  } else {
    fields.emplace_back(field, std::move(text));
  }
}

void ErrorFields::erase(char field) {
  std::erase_if(fields, [field](const auto& entry) { return entry.first == field; });
}

bool ErrorFields::ends_session() const { return severity() == "FATAL" || severity() == "PANIC"; }

Result<ErrorFields> decode_error_fields(ByteView body) {
  Reader in(body);
  ErrorFields error;
  while (in.ok()) {
    const char field = in.letter();
    if (field == 0) {
      break;
    }
    error.fields.emplace_back(field, in.text());
  }
  return in.finish(std::move(error), "ErrorResponse");
}

void encode_error_response(Bytes& out, const ErrorFields& error) { encode_fields(out, 'E', error); }

void encode_notice_response(Bytes& out, const ErrorFields& notice) {
  encode_fields(out, 'N', notice);
}

ErrorFields make_error(std::string_view severity,
                       std::string_view sqlstate,
                       std::string_view message,
                       std::string_view detail,
                       std::string_view hint) {
  ErrorFields error;
  error.fields.emplace_back('S', severity);
  error.fields.emplace_back('V', severity);
  error.fields.emplace_back('C', sqlstate);
  error.fields.emplace_back('M', message);
  if (!detail.empty()) {
    error.fields.emplace_back('D', detail);
  }
  if (!hint.empty()) {
    error.fields.emplace_back('H', hint);
  }
  return error;
}

void encode_version_2_error(Bytes& out, std::string_view text) {
  put_letter(out, 'E');
  put_bytes(out, as_bytes(text.substr(0, text.find('\0'))));
  put_letter(out, '\n');
  put_u8(out, 0);
}

}  // namespace pgveil::protocol
