#include "proxy/session/names.hpp"

namespace pgveil::proxy {

namespace {

template <class Map>
auto find_in(const Map& map, std::string_view name) -> typename Map::mapped_type {
  const auto found = map.find(std::string(significant(name)));
  return found == map.end() ? nullptr : found->second;
}

template <class Map>
void put_in(Map& map, const typename Map::mapped_type& entry) {
  map[std::string(significant(entry->name))] = entry;
}

/// Unnamed entries stay: they are only ever replaced.
template <class Map>
void close_in(Map& map, std::string_view name) {
  if (!name.empty()) {
    map.erase(std::string(significant(name)));
  }
}

template <class Map>
std::size_t keep_unnamed(Map& map) {
  return std::erase_if(map, [](const auto& entry) { return !entry.first.empty(); });
}

std::size_t end_portals(NameTables::Portals& portals) {
  return std::erase_if(
      portals, [](const auto& entry) { return !entry.first.empty() && !entry.second->hold; });
}

}  // namespace

PlanKind kind_of(const PreparedPlan& plan) {
  struct Kind {
    PlanKind operator()(const policy::Refuse&) const { return PlanKind::Refuse; }

    PlanKind operator()(const policy::Pass&) const { return PlanKind::Pass; }

    PlanKind operator()(const policy::InPlace&) const { return PlanKind::InPlace; }

    PlanKind operator()(const policy::Split&) const { return PlanKind::Split; }

    PlanKind operator()(const policy::Local&) const { return PlanKind::Local; }
  };

  return std::visit(Kind{}, plan.plan.decision);
}

std::string_view significant(std::string_view name) {
  constexpr std::size_t kNameBytes = 63;
  return name.substr(0, kNameBytes);
}

std::shared_ptr<Statement> NameTables::statement(std::string_view name) const {
  return find_in(expected_statements_, name);
}

std::shared_ptr<Portal> NameTables::portal(std::string_view name) const {
  return find_in(expected_portals_, name);
}

bool NameTables::is_confirmed(std::string_view statement_name) const {
  return find_in(confirmed_statements_, statement_name) ==
         find_in(expected_statements_, statement_name);
}

void NameTables::expect(std::shared_ptr<Statement> statement) {
  put_in(expected_statements_, statement);
}

void NameTables::expect(std::shared_ptr<Portal> portal) { put_in(expected_portals_, portal); }

void NameTables::expect_closed_statement(std::string_view name) {
  close_in(expected_statements_, name);
}

void NameTables::expect_closed_portal(std::string_view name) { close_in(expected_portals_, name); }

void NameTables::confirm(const std::shared_ptr<Statement>& statement) {
  put_in(confirmed_statements_, statement);
}

void NameTables::confirm(const std::shared_ptr<Portal>& portal) {
  put_in(confirmed_portals_, portal);
}

void NameTables::confirm_closed_statement(std::string_view name) {
  close_in(confirmed_statements_, name);
}

void NameTables::confirm_closed_portal(std::string_view name) {
  close_in(confirmed_portals_, name);
}

void NameTables::forget_expected() {
  expected_statements_ = confirmed_statements_;
  expected_portals_ = confirmed_portals_;
}

bool NameTables::end_of_transaction() {
  const auto dropped = end_portals(confirmed_portals_) + end_portals(expected_portals_);
  return dropped > 0;
}

void NameTables::drop_unnamed() {
  auto statement = std::make_shared<Statement>();
  statement->gone = true;
  auto portal = std::make_shared<Portal>();
  portal->gone = true;
  expected_statements_[""] = statement;
  confirmed_statements_[""] = statement;
  expected_portals_[""] = portal;
  confirmed_portals_[""] = portal;
}

void NameTables::drop_named_statements() {
  (void)keep_unnamed(confirmed_statements_);
  (void)keep_unnamed(expected_statements_);
}

void NameTables::drop_named_portals() {
  (void)keep_unnamed(confirmed_portals_);
  (void)keep_unnamed(expected_portals_);
}

}  // namespace pgveil::proxy
