// Property: a server-first message that parses prints to bytes that parse to the same; the parts of
// client messages are views that lie in order inside the text; and no bytes log in without a proof.
#include "proxy/auth/scram_message.hpp"
#include "proxy/auth/scram_server.hpp"

namespace {

using namespace pgveil;
using namespace pgveil::proxy;

void check_server_first(std::string_view text) {
  const auto first = parse_server_first(text);
  if (first) {
    const std::string printed = print_server_first(*first);
    const auto again = parse_server_first(printed);
    BOOST_ASSERT(again && (*again).nonce == (*first).nonce && (*again).salt == (*first).salt &&
                 (*again).iterations == (*first).iterations);
  }
}

void check_client_messages(std::string_view text) {
  const auto first = parse_client_first(text);
  if (first) {
    BOOST_ASSERT((*first).gs2_header.size() + (*first).bare.size() == text.size());
    BOOST_ASSERT((*first).bare.find((*first).nonce) != std::string_view::npos);
  }
  const auto final = parse_client_final(text);
  if (final) {
    BOOST_ASSERT(text.starts_with((*final).without_proof));
    BOOST_ASSERT((*final).proof.size() == 32);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  check_server_first(text);
  check_client_messages(text);
  (void)parse_server_final(text);

  // The conversation: the first line is client-first, the rest client-final.
  const std::size_t line = std::min(text.find('\n'), text.size());
  crypto::ScramVerifier verifier;
  verifier.salt.assign(16, std::byte{1});
  verifier.stored_key.fill(std::byte{2});
  verifier.server_key = crypto::SecretBytes(32);
  ScramServer server("amy", std::move(verifier), true, "nonce", std::nullopt);
  BOOST_ASSERT(server.select(kScram));
  if (!server.on_first(text.substr(0, line)).error) {
    BOOST_ASSERT(server.on_final(text.substr(std::min(line + 1, text.size()))).error);
  }
  return 0;
}
