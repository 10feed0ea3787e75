#pragma once

/// What a statement costs between its two sockets: a session (Brain) with real keys and a server that
/// gives prepared answers. Planning is over: plans come from the cache. One thread.

#include <functional>
#include <memory>

namespace pgveil::crypto {
class Keyring;
}

namespace pgveil::bench {

/// Bind, Execute and Sync of a statement that passes.
[[nodiscard]] std::function<void()> pass_prepared();
/// A Query that passes, found by its shape.
[[nodiscard]] std::function<void()> pass_query();
/// Bind, Execute and Sync of a read of one row of six columns, four of them sealed with `keys`, audited.
[[nodiscard]] std::function<void()> point_read(std::shared_ptr<const crypto::Keyring> keys);
/// Begin and end record of that read, as lines of the audit log.
[[nodiscard]] std::function<void()> audit_records();

}  // namespace pgveil::bench
