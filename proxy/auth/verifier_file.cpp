#include "proxy/auth/verifiers.hpp"

#include <fstream>
#include <optional>

namespace pgveil::proxy {

namespace {

using Verifiers = std::map<std::string, VerifierAnswer, std::less<>>;

std::optional<Verifiers> read(const std::filesystem::path& file) {
  std::ifstream in(file);
  if (!in) {
    return std::nullopt;
  }
  Verifiers verifiers;
  std::string line;
  while (std::getline(in, line)) {
    if (line.empty() || line.front() == '#') {
      continue;
    }
    const std::size_t tab = line.find('\t');
    if (tab == std::string::npos || tab == 0) {
      return std::nullopt;
    }
    VerifierAnswer verifier = read_stored_password(std::string_view(line).substr(tab + 1));
    if (verifier.status == VerifierStatus::Unknown) {
      return std::nullopt;
    }
    verifiers.insert_or_assign(line.substr(0, tab), std::move(verifier));
  }
  if (in.bad()) {
    return std::nullopt;
  }
  return verifiers;
}

class FileVerifiers final : public VerifierSource {
 public:
  explicit FileVerifiers(std::filesystem::path file) : file_(std::move(file)) {}

  VerifierAnswer fetch(std::string_view user) override {
    const std::scoped_lock lock(mutex_);
    refresh();
    VerifierAnswer answer;
    if (!verifiers_) {
      return answer;
    }
    const auto at = verifiers_->find(user);
    if (at != verifiers_->end()) {
      return at->second.duplicate();
    }
    answer.status = VerifierStatus::Unknown;
    return answer;
  }

  void forget_all() override {
    const std::scoped_lock lock(mutex_);
    verifiers_.reset();
  }

 private:
  void refresh() {
    std::error_code ec;
    const auto time = std::filesystem::last_write_time(file_, ec);
    const std::uintmax_t size = ec ? 0 : std::filesystem::file_size(file_, ec);
    if (ec) {
      verifiers_.reset();
      return;
    }
    if (verifiers_ && time == time_ && size == size_) {
      return;
    }
    verifiers_ = read(file_);
    time_ = time;
    size_ = size;
  }

  std::mutex mutex_;
  std::filesystem::path file_;
  std::filesystem::file_time_type time_;
  std::uintmax_t size_ = 0;
  std::optional<Verifiers> verifiers_;
};

}  // namespace

std::unique_ptr<VerifierSource> verifiers_from_file(std::filesystem::path file) {
  return std::make_unique<FileVerifiers>(std::move(file));
}

}  // namespace pgveil::proxy
