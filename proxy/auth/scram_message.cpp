#include "proxy/auth/scram_message.hpp"

#include <algorithm>
#include <charconv>
#include <optional>

namespace pgveil::proxy {

namespace {

constexpr ScramError kMalformed{ScramErrc::Malformed};
constexpr std::size_t kHashSize = 32;

/// Takes `<letter>=<value>` and the comma behind it, if there is one, off the front.
std::optional<std::string_view> take(std::string_view& text, char letter) {
  if (text.size() < 2 || text[0] != letter || text[1] != '=') {
    return std::nullopt;
  }
  const std::size_t end = std::min(text.find(','), text.size());
  const std::string_view value = text.substr(2, end - 2);
  text.remove_prefix(std::min(end + 1, text.size()));
  return value;
}

bool ends_in_comma(std::string_view text) { return !text.empty() && text.back() == ','; }

bool is_nonce(std::string_view text) {
  return !text.empty() &&
         std::ranges::all_of(text, [](char c) { return c >= 0x21 && c <= 0x7e && c != ','; });
}

/// Cuts the GS2 header off the front of a client-first message.
ScramResult<BindingFlag> take_gs2_header(std::string_view& text) {
  if (text.empty()) {
    return kMalformed;
  }
  const char flag = text.front();
  const std::size_t comma = text.find(',');
  if (comma == std::string_view::npos || (flag != 'n' && flag != 'y' && flag != 'p')) {
    return kMalformed;
  }
  if (flag == 'p') {
    if (!text.starts_with("p=")) {
      return kMalformed;
    }
    if (text.substr(0, comma + 1) != kEndPointHeader.substr(0, kEndPointHeader.size() - 1)) {
      return ScramError{ScramErrc::UnknownBinding};
    }
  } else if (comma != 1) {
    return kMalformed;
  }
  text.remove_prefix(comma + 1);
  if (text.starts_with("a=")) {
    return ScramError{ScramErrc::AuthorizationIdentity};
  }
  if (!text.starts_with(',')) {
    return kMalformed;
  }
  text.remove_prefix(1);
  return static_cast<BindingFlag>(flag);
}

}  // namespace

ScramResult<ClientFirst> parse_client_first(std::string_view text) {
  std::string_view rest = text;
  const auto flag = take_gs2_header(rest);
  if (!flag) {
    return flag.error();
  }
  ClientFirst message;
  message.flag = *flag;
  message.bare = rest;
  message.gs2_header = text.substr(0, text.size() - rest.size());
  if (rest.starts_with("m=")) {
    return ScramError{ScramErrc::Extension};
  }
  const auto user = take(rest, 'n');
  const auto nonce = user ? take(rest, 'r') : std::nullopt;
  if (!nonce || !is_nonce(*nonce)) {
    return kMalformed;
  }
  message.nonce = *nonce;
  return message;  // extensions behind the nonce are ignored, as in PostgreSQL
}

ScramResult<ServerFirst> parse_server_first(std::string_view text) {
  if (text.starts_with("m=")) {
    return ScramError{ScramErrc::Extension};
  }
  ServerFirst message;
  const auto nonce = take(text, 'r');
  const auto salt = nonce ? take(text, 's') : std::nullopt;
  const auto count = salt ? take(text, 'i') : std::nullopt;
  if (!count || !is_nonce(*nonce) || !crypto::base64_decode(*salt, message.salt) ||
      message.salt.empty()) {
    return kMalformed;
  }
  const char* end = count->data() + count->size();
  const auto [at, error] = std::from_chars(count->data(), end, message.iterations);
  if (error != std::errc() || at != end || message.iterations == 0) {
    return kMalformed;
  }
  message.nonce = *nonce;
  return message;
}

ScramResult<ClientFinal> parse_client_final(std::string_view text) {
  ClientFinal message;
  const std::size_t proof_at = text.rfind(",p=");
  if (proof_at == std::string_view::npos || ends_in_comma(text)) {
    return kMalformed;
  }
  message.without_proof = text.substr(0, proof_at);
  std::string_view proof_part = text.substr(proof_at + 1);
  const auto proof = take(proof_part, 'p');
  std::string_view rest = message.without_proof;
  const auto binding = take(rest, 'c');
  const auto nonce = binding ? take(rest, 'r') : std::nullopt;
  if (!proof || !proof_part.empty() || !nonce || !is_nonce(*nonce) ||
      !crypto::base64_decode(*binding, message.binding) ||
      !crypto::base64_decode(*proof, message.proof) || message.proof.size() != kHashSize) {
    return kMalformed;
  }
  message.nonce = *nonce;
  return message;
}

ScramResult<crypto::Bytes> parse_server_final(std::string_view text) {
  if (text.starts_with("e=")) {
    return ScramError{ScramErrc::ServerRefused};
  }
  crypto::Bytes signature;
  const auto value = take(text, 'v');
  if (!value || !crypto::base64_decode(*value, signature) || signature.size() != kHashSize) {
    return kMalformed;
  }
  return signature;
}

std::string print_server_first(const ServerFirst& message) {
  return "r=" + std::string(message.nonce) + ",s=" + crypto::base64_encode(message.salt) +
         ",i=" + std::to_string(message.iterations);
}

std::string print_server_final(crypto::ByteView signature) {
  return "v=" + crypto::base64_encode(signature);
}

}  // namespace pgveil::proxy
