#include "proxy/apply/schema_changes.hpp"

#include "proxy/keys/key_store.hpp"

namespace pgveil::proxy::apply {
namespace {

constexpr const char* kSessionField = "pgveil.session";

}  // namespace

Result<SchemaChanges::Answer> SchemaChanges::plan(const ChangeRequest& request,
                                                  const std::string& login) const {
  auto twin = keys::PgConnection::open(options_.twin());
  if (!twin) {
    return from_keys(twin.error());
  }
  auto change = plan_change(*twin, request);
  if (!change) {
    return change.error();
  }
  Answer answer;
  answer.change = std::move(*change);
  if (answer.change.plain || answer.change.problem) {
    return answer;
  }
  if (!options_.on_new_keys) {
    answer.prepared.fields.resize(answer.change.sealed.size());
  } else {
    auto admin = keys::PgConnection::open(options_.admin);
    if (!admin) {
      return from_keys(admin.error());
    }
    auto prepared = prepare_change(*admin, *options_.kek, answer.change, login);
    if (!prepared) {
      return prepared.error();
    }
    answer.prepared = std::move(*prepared);
    options_.on_new_keys();
  }
  for (ServerStatement& statement : answer.change.statements) {
    const std::size_t at = statement.sql.find(kInitialValue);
    if (at != std::string::npos) {
      statement.sql.replace(at, kInitialValue.size(), answer.prepared.initial_value);
    }
  }
  answer.sql = change_statement(answer.change, answer.prepared.token);
  return answer;
}

std::optional<policy::FieldId> SchemaChanges::session_field() const {
  const std::lock_guard lock(mutex_);
  if (session_field_ || !options_.on_new_keys) {
    return session_field_.value_or(policy::FieldId{0});
  }
  auto admin = keys::PgConnection::open(options_.admin);
  if (!admin || !keys::check_schema(*admin)) {
    return std::nullopt;
  }
  // As prepare_change: two proxies make it once.
  if (!admin->query("BEGIN; SELECT pg_catalog.pg_advisory_xact_lock(5710443261)")) {
    return std::nullopt;
  }
  const auto field = keys::ensure_field(*admin, *options_.kek, kSessionField);
  if (!admin->query(field ? "COMMIT" : "ROLLBACK") || !field) {
    return std::nullopt;
  }
  options_.on_new_keys();
  session_field_ = static_cast<policy::FieldId>(static_cast<std::uint32_t>(*field));
  return session_field_;
}

}  // namespace pgveil::proxy::apply
