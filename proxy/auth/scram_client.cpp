#include "proxy/auth/scram_client.hpp"

#include "proxy/auth/scram_message.hpp"

namespace pgveil::proxy {

ScramClient::ScramClient(const ScramKeys& keys,
                         std::string nonce,
                         std::optional<crypto::Bytes> end_point,
                         bool binding_possible)
    : keys_(keys), nonce_(std::move(nonce)), end_point_(std::move(end_point)) {
  if (end_point_) {
    gs2_header_ = kEndPointHeader;
  } else {
    gs2_header_ = binding_possible ? "y,," : "n,,";
  }
}

std::string_view ScramClient::mechanism() const { return end_point_ ? kScramPlus : kScram; }

std::string ScramClient::first() {
  bare_ = "n=,r=" + nonce_;
  return gs2_header_ + bare_;
}

std::optional<std::string> ScramClient::on_server_first(std::string_view text) {
  const auto first = parse_server_first(text);
  if (!first || !(*first).nonce.starts_with(nonce_) || (*first).nonce.size() == nonce_.size()) {
    failure_ = Failure::Malformed;
    return std::nullopt;
  }
  if ((*first).salt != keys_.salt || (*first).iterations != keys_.iterations) {
    failure_ = Failure::VerifierDiffers;
    return std::nullopt;
  }
  const crypto::ByteView header = crypto::as_bytes(gs2_header_);
  crypto::Bytes binding(header.begin(), header.end());
  if (end_point_) {
    binding.insert(binding.end(), end_point_->begin(), end_point_->end());
  }
  std::string final = "c=" + crypto::base64_encode(binding) + ",r=" + std::string((*first).nonce);
  auth_message_ = bare_ + "," + std::string(text) + "," + final;
  const crypto::Hash proof = crypto::scram_client_proof(keys_.client_key, auth_message_);
  final += ",p=" + crypto::base64_encode(proof);
  return final;
}

bool ScramClient::on_server_final(std::string_view text) {
  const auto signature = parse_server_final(text);
  if (!signature) {
    failure_ =
        signature.error().code == ScramErrc::ServerRefused ? Failure::Refused : Failure::Malformed;
    return false;
  }
  failure_ = Failure::Impostor;
  return crypto::ct_equal(*signature,
                          crypto::scram_server_signature(keys_.server_key, auth_message_));
}

}  // namespace pgveil::proxy
