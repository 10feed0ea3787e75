#pragma once

/// ErrorResponse and NoticeResponse: fields by letter, in the order of the wire.
/// Source: PostgreSQL, "Error and Notice Message Fields".

#include "protocol/bytes.hpp"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace pgveil::protocol {

/// S severity (localised), V severity, C SQLSTATE, M message, D detail, H hint, P position in
/// characters, p internal position, q internal query, W context, s t c d n names, F L R source.
class ErrorFields {
 public:
  /// Nothing if there is no such field.
  [[nodiscard]] const std::string* find(char field) const;
  /// The field's text, empty if it is not there.
  [[nodiscard]] std::string_view get(char field) const;
  /// Replaces the field where it stands, or appends it.
  void set(char field, std::string text);
  void erase(char field);

  [[nodiscard]] std::string_view sqlstate() const { return get('C'); }

  [[nodiscard]] std::string_view severity() const {
    return find('V') != nullptr ? get('V') : get('S');
  }

  /// FATAL and PANIC end the session.
  [[nodiscard]] bool ends_session() const;

  std::vector<std::pair<char, std::string>> fields;

  friend bool operator==(const ErrorFields&, const ErrorFields&) = default;
};

[[nodiscard]] Result<ErrorFields> decode_error_fields(ByteView body);
void encode_error_response(Bytes& out, const ErrorFields& error);
void encode_notice_response(Bytes& out, const ErrorFields& notice);

/// S and V are `severity` ("ERROR", "FATAL", "WARNING" …). Empty detail and hint are left out.
[[nodiscard]] ErrorFields make_error(std::string_view severity,
                                     std::string_view sqlstate,
                                     std::string_view message,
                                     std::string_view detail = {},
                                     std::string_view hint = {});

/// The error of a server that does not know protocol 3: `E`, text, newline, NUL, no length.
void encode_version_2_error(Bytes& out, std::string_view text);

}  // namespace pgveil::protocol
