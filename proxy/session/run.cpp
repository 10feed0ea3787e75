#include "proxy/session/run.hpp"

#include "proxy/session/deallocate.hpp"
#include "proxy/session/fetch_binary.hpp"
#include "proxy/session/sql_names.hpp"

#include <algorithm>

namespace pgveil::proxy {

Run::Run() = default;
Run::~Run() = default;

void copy_into(Run& run) {
  if (run.plan != nullptr && run.plan->copies_out()) {
    run.copy_out = std::make_unique<CopyOut>(*run.plan->copy);
    run.sql = run.plan->copy->query;
  }
}

protocol::ErrorFields refusal_of(const PreparedPlan& plan) {
  if (!plan.refusal.fields.empty()) {
    return plan.refusal;
  }
  return protocol::make_error("ERROR", "0A000", "the statement is refused");
}

std::string as_server_knows_it(policy::SessionEffect effect,
                               std::string_view sql,
                               const NameTables& names) {
  if (effect == policy::SessionEffect::Deallocate) {
    if (const auto name = deallocated_name(sql)) {
      const auto statement = names.statement(*name);
      if (statement != nullptr && statement->upstream != statement->name) {
        return deallocate_sql(statement->upstream);
      }
    }
  }
  if (effect == policy::SessionEffect::CloseCursor) {
    const auto portal = names.portal(closed_name(sql));
    if (portal != nullptr && portal->upstream != portal->name) {
      return with_cursor_name(sql, portal->upstream);
    }
  }
  return std::string(sql);
}

protocol::ErrorFields no_statement() {
  return protocol::make_error("ERROR", "26000", "unnamed prepared statement does not exist");
}

protocol::ErrorFields no_portal() {
  return protocol::make_error("ERROR", "34000", "portal \"\" does not exist");
}

std::size_t count_characters(std::string_view utf8) {
  return static_cast<std::size_t>(std::ranges::count_if(
      utf8, [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; }));
}

}  // namespace pgveil::proxy
