#include "proxy/audit/record.hpp"

#include "crypto/sealed_value.hpp"
#include "proxy/audit/json_text.hpp"

#include <span>

namespace pgveil::proxy {
namespace {

constexpr std::uint16_t kIdPadding = 16;
constexpr std::size_t kLengthSize = 4;

void put_who(JsonMembers& out, const AuditWho& who) {
  out.number("session", who.session).text("login", who.login).text_if("role", who.role);
  if (who.current_user != who.login) {
    out.text_if("current_user", who.current_user);
  }
  out.text_if("database", who.database)
      .text_if("application", who.application)
      .text_if("address", who.address)
      .boolean("tls", who.tls);
}

std::string json_columns(const std::vector<policy::SeenColumn>& columns) {
  std::string out = "[";
  for (const policy::SeenColumn& column : columns) {
    out += out.size() == 1 ? "{\"table\":" : ",{\"table\":";
    append_json(out, column.table);
    out += ",\"column\":";
    append_json(out, column.column);
    out += ",\"how\":";
    append_json(out, name(column.how));
    out += '}';
  }
  out += ']';
  return out;
}

/// Ids with their lengths in front, sealed; and their terms, 16 bytes each, in the same order.
crypto::Result<std::string> json_patients(const PatientList& list, const AuditKeys& keys) {
  crypto::Bytes plain;
  crypto::Bytes terms;
  for (const std::string& id : list.ids) {
    const auto size = static_cast<std::uint32_t>(id.size());
    for (int shift = 24; shift >= 0; shift -= 8) {
      plain.push_back(static_cast<std::byte>(size >> static_cast<unsigned>(shift)));
    }
    const crypto::ByteView bytes = crypto::as_bytes(id);
    plain.insert(plain.end(), bytes.begin(), bytes.end());
    const auto term = patient_term(keys, id);
    if (!term) {
      return term.error();
    }
    terms.insert(terms.end(), (*term).begin(), (*term).end());
  }
  crypto::Bytes sealed;
  const auto done = crypto::seal(keys.seal_key(), plain, {}, kIdPadding, sealed);
  crypto::wipe(plain);
  if (!done) {
    return done.error();
  }
  JsonMembers out;
  out.text("column", list.column)
      .number("count", list.ids.size())
      .text("sealed", crypto::base64_encode(sealed))
      .text("terms", crypto::base64_encode(terms));
  return out.object();
}

crypto::Result<std::string> encode(const AuditBegin& event, const AuditKeys&) {
  JsonMembers out;
  out.text("kind", event.plan == "refuse" ? "denied" : "begin");
  put_who(out, event.who);
  out.number("statement", event.statement)
      .text("verb", name(event.verb))
      .text("plan", event.plan)
      .text_if("rule", event.rule)
      .more(event.evidence);
  return std::move(out).members();
}

crypto::Result<std::string> encode(const AuditEnd& event, const AuditKeys& keys) {
  JsonMembers out;
  out.text("kind", event.last ? "end" : "patients")
      .number("session", event.session)
      .number("statement", event.statement)
      .text("login", event.login);
  std::string lists = "[";
  for (const PatientList& list : event.patients) {
    if (list.ids.empty()) {
      continue;
    }
    const auto json = json_patients(list, keys);
    if (!json) {
      return json.error();
    }
    lists += (lists.size() == 1 ? "" : ",") + *json;
  }
  out.raw("patients", lists + "]");
  if (event.last) {
    out.boolean("patients_complete", event.patients_complete)
        .number("rows", event.rows)
        .text("sqlstate", event.sqlstate)
        .number("duration_us", static_cast<std::uint64_t>(event.duration.count()));
  }
  return std::move(out).members();
}

crypto::Result<std::string> encode(const AuditLogin& event, const AuditKeys&) {
  JsonMembers out;
  out.text("kind", event.accepted ? "login" : "login_refused");
  put_who(out, event.who);
  out.text_if("authentication", event.authentication).text_if("sqlstate", event.sqlstate);
  return std::move(out).members();
}

crypto::Result<std::string> encode(const AuditLogout& event, const AuditKeys&) {
  JsonMembers out;
  out.text("kind", "logout");
  put_who(out, event.who);
  out.text("reason", event.reason);
  return std::move(out).members();
}

crypto::Result<std::string> encode(const AuditPolicyChange& event, const AuditKeys&) {
  JsonMembers out;
  // As text: JSON readers lose digits of 64-bit numbers.
  out.text("kind", event.accepted ? "policy" : "policy_refused")
      .text("file", event.file)
      .text("epoch", std::to_string(event.epoch))
      .text_if("by", event.by);
  return std::move(out).members();
}

crypto::Result<std::string> encode(const AuditKeyEvent& event, const AuditKeys&) {
  JsonMembers out;
  out.text("kind", "key")
      .text("what", event.what)
      .text_if("field", event.field)
      .text_if("key_kind", event.key_kind)
      .number("generation", event.generation)
      .text_if("by", event.by);
  return std::move(out).members();
}

}  // namespace

std::string encode_evidence(const policy::Evidence& evidence) {
  JsonMembers out;
  out.list("tables", evidence.tables).raw("columns", json_columns(evidence.columns));
  const crypto::Hash hash = crypto::audit_record_hash(crypto::as_bytes(evidence.normalized));
  constexpr std::size_t kFingerprintSize = 8;
  out.text("fingerprint", crypto::hex_encode(std::span(hash).first(kFingerprintSize)))
      .text("text", evidence.normalized);
  return std::move(out).members();
}

crypto::Result<std::string> encode_event(const AuditEvent& event, const AuditKeys& keys) {
  return std::visit([&](const auto& one) { return encode(one, keys); }, event);
}

crypto::Result<crypto::Term> patient_term(const AuditKeys& keys, std::string_view id) {
  return crypto::equality_term(keys.term_key(), crypto::as_bytes(id));
}

crypto::Result<std::vector<std::string>> open_patients(const AuditKeys& keys,
                                                       crypto::ByteView sealed) {
  const auto view = crypto::read_sealed(sealed);
  if (!view) {
    return view.error();
  }
  crypto::Bytes plain;
  const auto opened = crypto::open(keys.seal_key(), *view, plain);
  if (!opened) {
    return opened.error();
  }
  std::vector<std::string> ids;
  crypto::ByteView rest = plain;
  while (!rest.empty()) {
    std::size_t size = 0;
    for (std::size_t i = 0; i < kLengthSize && i < rest.size(); ++i) {
      size = size << 8U | std::to_integer<std::size_t>(rest[i]);
    }
    if (rest.size() < kLengthSize || rest.size() - kLengthSize < size) {
      return crypto::Error{crypto::Errc::Malformed, "audit: list of patients"};
    }
    ids.emplace_back(crypto::as_text(rest.subspan(kLengthSize, size)));
    rest = rest.subspan(kLengthSize + size);
  }
  crypto::wipe(plain);
  return ids;
}

const char* name(policy::Verb verb) {
  switch (verb) {
    case policy::Verb::None:
      return "none";
    case policy::Verb::Read:
      return "read";
    case policy::Verb::Search:
      return "search";
    case policy::Verb::Create:
      return "create";
    case policy::Verb::Change:
      return "change";
    case policy::Verb::Delete:
      return "delete";
    case policy::Verb::Export:
      return "export";
  }
  return "";
}

const char* name(policy::SeenColumn::How how) {
  switch (how) {
    case policy::SeenColumn::How::Clear:
      return "clear";
    case policy::SeenColumn::How::Masked:
      return "masked";
    case policy::SeenColumn::How::Searched:
      return "searched";
    case policy::SeenColumn::How::Written:
      return "written";
  }
  return "";
}

}  // namespace pgveil::proxy
