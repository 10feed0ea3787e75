#include "policy/sql/markers.hpp"

#include <pg_query/pg_query.pb-c.h>

#include <charconv>

namespace pgveil::policy::sql {

struct Markers::Saved {
  PgQuery__Node* place = nullptr;
  PgQuery__Node__NodeCase kind = PG_QUERY__NODE__NODE__NOT_SET;
  void* content = nullptr;
};

Markers::Markers(Arena& arena) : arena_(arena) {}

Markers::~Markers() {
  // Backwards: a place may have been marked twice.
  for (auto it = saved_.rbegin(); it != saved_.rend(); ++it) {
    it->place->node_case = it->kind;
    it->place->alias = static_cast<PgQuery__Alias*>(it->content);
  }
}

void Markers::put(PgQuery__Node& place, std::uint32_t number) {
  // Every member of the union is a pointer to a message.
  saved_.push_back({&place, place.node_case, place.alias});
  auto* param = static_cast<PgQuery__ParamRef*>(arena_.allocate(sizeof(PgQuery__ParamRef)));
  pg_query__param_ref__init(param);
  param->number = static_cast<std::int32_t>(number);
  param->location = -1;
  place.node_case = PG_QUERY__NODE__NODE_PARAM_REF;
  place.param_ref = param;
}

std::uint32_t parameter_number(const Token& token, std::string_view sql) {
  if (token.kind != Token::Kind::Parameter) return 0;
  const std::string_view digits = text_of(token, sql).substr(1);
  std::uint32_t number = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), number);
  return number;
}

}  // namespace pgveil::policy::sql
