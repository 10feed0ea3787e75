#pragma once

/// A folder for one test's audit log, with keys, and the lines of its files.

#include "proxy/audit/files.hpp"
#include "proxy/audit/log.hpp"
#include "proxy/audit/verify.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string>
#include <unistd.h>
#include <vector>

namespace pgveil::proxy {

class LogFolder {
 public:
  LogFolder() : keys(*generate_audit_keys()) {
    std::string form = (std::filesystem::temp_directory_path() / "pgveil-audit-XXXXXX").string();
    path = ::mkdtemp(form.data());
  }

  explicit LogFolder(std::filesystem::path existing)
      : path(std::move(existing)), keys(*generate_audit_keys()), keep_(true) {}

  ~LogFolder() {
    if (!keep_) {
      std::error_code ec;
      std::filesystem::remove_all(path, ec);
    }
  }

  LogFolder(const LogFolder&) = delete;
  LogFolder& operator=(const LogFolder&) = delete;

  AuditOptions options() const {
    AuditOptions out;
    out.dir = path;
    return out;
  }

  std::unique_ptr<AuditLog> open(AuditOptions with) const {
    auto log = AuditLog::open(std::move(with), keys);
    if (!log) {
      ADD_FAILURE() << audit::print(log.error());
      return nullptr;
    }
    return *std::move(log);
  }

  std::unique_ptr<AuditLog> open() const { return open(options()); }

  VerifyReport verify() const {
    VerifyOptions with;
    with.verify_key = keys->signer().verify_key();
    return *verify_audit(path, with);
  }

  std::vector<AuditFile> files() const { return *audit_files(path); }

  static std::vector<std::string> lines(const std::filesystem::path& file) {
    std::ifstream in(file);
    std::vector<std::string> out;
    for (std::string line; std::getline(in, line);) {
      out.push_back(line);
    }
    return out;
  }

  static void write(const std::filesystem::path& file, const std::vector<std::string>& lines) {
    std::ofstream out(file, std::ios::trunc | std::ios::binary);
    for (const std::string& line : lines) {
      out << line << '\n';
    }
  }

  std::filesystem::path path;
  std::shared_ptr<const AuditKeys> keys;

 private:
  bool keep_ = false;
};

inline std::string evidence_of(const char* table, const char* column, policy::SeenColumn::How how) {
  policy::Evidence evidence;
  evidence.tables = {table};
  evidence.columns = {{table, column, how}};
  evidence.normalized = "SELECT ssn FROM patients WHERE id = $1";
  return encode_evidence(evidence);
}

/// `login` outlives the event.
inline AuditBegin a_begin(std::uint64_t statement, std::string_view login = "reception") {
  AuditBegin out;
  out.who.session = 7;
  out.who.login = login;
  out.who.role = "front_desk";
  out.who.database = "clinic";
  out.who.address = "10.0.0.7:5000";
  out.who.tls = true;
  out.statement = statement;
  out.plan = "in_place";
  static const std::string evidence =
      evidence_of("public.patients", "ssn", policy::SeenColumn::How::Masked);
  out.verb = policy::Verb::Read;
  out.evidence = evidence;
  return out;
}

inline AuditEnd an_end(std::uint64_t statement, std::vector<std::string> ids) {
  AuditEnd out;
  out.session = 7;
  out.statement = statement;
  out.login = "reception";
  out.rows = ids.size();
  out.patients = {{"public.patients.id", std::move(ids)}};
  out.duration = std::chrono::microseconds(1'500);
  return out;
}

}  // namespace pgveil::proxy
