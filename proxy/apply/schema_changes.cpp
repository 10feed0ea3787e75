#include "proxy/apply/schema_changes.hpp"

namespace pgveil::proxy::apply {

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

}  // namespace pgveil::proxy::apply
