// Writes an audit log of a given length, as statements on patients would: for bench/macro/scale.py.
//
//   audit_fill DIR KEY_FILE STATEMENTS     two records each; adds to what is there
#include "proxy/audit/log.hpp"

#include <cstdlib>
#include <iostream>
#include <string>

using namespace pgveil;

namespace {

std::string evidence() {
  policy::Evidence evidence;
  evidence.tables = {"public.patients"};
  for (const char* name : {"dob", "first_name", "last_name", "mrn"}) {
    evidence.columns.push_back({"public.patients", name, policy::SeenColumn::How::Clear});
  }
  evidence.normalized =
      "SELECT id, mrn, last_name, first_name, dob, city FROM patients WHERE id = $1";
  return proxy::encode_evidence(evidence);
}

int fill(const std::string& dir, const std::string& key_file, std::uint64_t statements) {
  const auto keys = proxy::load_or_make_audit_keys(key_file, dir);
  if (!keys) {
    std::cerr << proxy::audit::print(keys.error()) << '\n';
    return 1;
  }
  proxy::AuditOptions options;
  options.dir = dir;
  options.fsync = false;
  const auto log = proxy::AuditLog::open(options, *keys);
  if (!log) {
    std::cerr << proxy::audit::print(log.error()) << '\n';
    return 1;
  }
  const std::string seen = evidence();
  constexpr std::uint64_t kPatients = 100'000;
  constexpr std::uint64_t kUnwritten = 10'000;
  for (std::uint64_t i = 0; i < statements; ++i) {
    proxy::AuditBegin begin;
    begin.who.session = i / 100;
    begin.who.login = begin.who.current_user = "dr_adams";
    begin.who.role = "clinician";
    begin.who.database = "clinic";
    begin.who.application = "clinic desk";
    begin.who.address = "10.1.2.3:45678";
    begin.statement = i;
    begin.verb = policy::Verb::Read;
    begin.plan = "in_place";
    begin.evidence = seen;
    proxy::AuditEnd end;
    end.session = begin.who.session;
    end.statement = i;
    end.login = "dr_adams";
    end.rows = 1;
    end.patients = {{"public.patients.id", {std::to_string(i * 7'919 % kPatients)}}};
    (*log)->append(begin, {});
    if (i % kUnwritten != 0) {
      (*log)->append(end, {});
    } else if (!(*log)->append_and_wait(end)) {  // so that the queue stays short
      std::cerr << "audit_fill: the log cannot be written\n";
      return 1;
    }
  }
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) {
    std::cerr << "usage: audit_fill DIR KEY_FILE STATEMENTS\n";
    return 2;
  }
  return fill(argv[1], argv[2], std::strtoull(argv[3], nullptr, 10));
}
