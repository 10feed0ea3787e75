#include "policy/rewrite/write_column.hpp"

#include <utility>

namespace pgveil::policy {
namespace {

constexpr TypeOid kText = 25, kBpchar = 1042;
constexpr TypeOid kFirstUserType = 16'384;

}  // namespace

WriteColumn plain_column(const Catalog& catalog, std::string name, TypeOid type) {
  WriteColumn made;
  made.name = std::move(name);
  const CatalogType* found = catalog.type(catalog.base_type(type));
  if (found != nullptr && found->oid == kBpchar) {
    made.element = kText;  // the same bytes, and a name that the grammar does not mistake
  } else if (found != nullptr && found->oid < kFirstUserType && found->element == 0 &&
             found->kind == 'b' && !found->send_function.empty()) {
    made.element = found->oid;
  } else {
    made.element = kText;  // an OID of the server's own; its text means the same on both sides
    made.format = 0;
  }
  return made;
}

}  // namespace pgveil::policy
