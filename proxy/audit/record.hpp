#pragma once

/// What the audit log records, and its JSON. A record is one line of a file (line.hpp); docs/audit-format.md
/// explains every field. Ids of patients never stand in a record in clear: each list is sealed with the
/// audit key, and carries a keyed term per patient so that `audit show` finds them.
/// Pure but for the nonce of sealing; safe on any thread.

#include "crypto/error.hpp"
#include "crypto/term.hpp"
#include "policy/rewrite/plan.hpp"
#include "proxy/audit/keys.hpp"

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace pgveil::proxy {

// Events are encoded at once: texts in them are views that live as long as the call.

struct AuditWho {
  std::uint64_t session = 0;
  std::string_view login;
  std::string_view role;          // of the policy; empty: none
  std::string_view current_user;  // of the database
  std::string_view database;
  std::string_view application;
  std::string_view address;
  bool tls = false;
};

struct AuditLogin {
  AuditWho who;
  bool accepted = false;
  std::string_view authentication;  // how the login was proven: "scram-sha-256"
  std::string_view sqlstate;        // of a refused one
};

struct AuditLogout {
  AuditWho who;
  std::string_view reason;  // "terminate", "lost", "idle_timeout", "shutdown", "server"
};

/// Before a statement's first row leaves. With a rule: it was refused.
struct AuditBegin {
  AuditWho who;
  std::uint64_t statement = 0;
  policy::Verb verb = policy::Verb::None;
  std::string_view plan;  // "pass", "in_place", "split", "local", "refuse"
  std::string_view rule;
  std::string_view evidence;  // of encode_evidence
};

struct PatientList {
  std::string_view column;       // "public.patients.id"
  std::vector<std::string> ids;  // sorted, unique
};

/// After a statement's last row. A statement that concerns very many patients has several: all but the
/// last carry patients only.
struct AuditEnd {
  std::uint64_t session = 0;
  std::uint64_t statement = 0;
  bool last = true;
  std::string_view login;
  std::uint64_t rows = 0;
  std::vector<PatientList> patients;
  bool patients_complete = true;
  std::string_view sqlstate = "00000";
  std::chrono::microseconds duration{0};
};

struct AuditPolicyChange {
  std::string file;
  std::uint64_t epoch = 0;
  bool accepted = true;  // false: errors, the old policy goes on
  std::string by;        // "start", "SIGHUP", a login
};

struct AuditKeyEvent {
  std::string what;  // "loaded", "generation made", "retired" …
  std::string field;
  std::string key_kind;  // "value", "term"
  std::uint32_t generation = 0;
  std::string by;
};

using AuditEvent =
    std::variant<AuditBegin, AuditEnd, AuditLogin, AuditLogout, AuditPolicyChange, AuditKeyEvent>;

/// What a begin record says of its statement: the same each time a plan is used, so made once per plan.
[[nodiscard]] std::string encode_evidence(const policy::Evidence& evidence);

/// The members of the record's JSON object from "kind" on, without braces. One line.
[[nodiscard]] crypto::Result<std::string> encode_event(const AuditEvent& event,
                                                       const AuditKeys& keys);

/// The keyed term of one patient's id.
[[nodiscard]] crypto::Result<crypto::Term> patient_term(const AuditKeys& keys, std::string_view id);
/// Opens a list that encode_event sealed.
[[nodiscard]] crypto::Result<std::vector<std::string>> open_patients(const AuditKeys& keys,
                                                                     crypto::ByteView sealed);

[[nodiscard]] const char* name(policy::Verb verb);
[[nodiscard]] const char* name(policy::SeenColumn::How how);

}  // namespace pgveil::proxy
