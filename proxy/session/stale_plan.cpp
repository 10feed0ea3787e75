#include "proxy/session/stale_plan.hpp"

namespace pgveil::proxy {

protocol::ErrorFields result_type_changed() {
  auto error = protocol::make_error("ERROR", "0A000", "cached plan must not change result type");
  error.set('F', "plancache.c");
  error.set('R', "RevalidateCachedQuery");
  return error;
}

}  // namespace pgveil::proxy
