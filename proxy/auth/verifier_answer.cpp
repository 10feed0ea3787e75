#include "crypto/md5_password.hpp"
#include "proxy/auth/verifiers.hpp"

namespace pgveil::proxy {

VerifierAnswer VerifierAnswer::duplicate() const {
  VerifierAnswer copy;
  copy.status = status;
  if (status == VerifierStatus::Found) {
    copy.verifier = verifier.duplicate();
  }
  copy.md5 = md5.duplicate();
  return copy;
}

VerifierAnswer read_stored_password(std::string_view text) {
  VerifierAnswer answer;
  answer.status = VerifierStatus::Unknown;
  if (auto scram = crypto::parse_scram_verifier(text)) {
    answer.status = VerifierStatus::Found;
    answer.verifier = std::move(*scram);
  } else if (auto md5 = crypto::parse_md5_verifier(text)) {
    answer.status = VerifierStatus::FoundMd5;
    answer.md5 = std::move(*md5);
  }
  return answer;
}

}  // namespace pgveil::proxy
