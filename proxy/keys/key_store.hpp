#pragma once

/// Data keys in the database: rows of pgveil.field and pgveil.key. Fields and keys are made in the
/// caller's transaction, so that they come with the values that need them or not at all.
/// Errors: Server, NoSchema; WrongKek names the field and the key; Crypto.
/// Threads: as the connection.

#include "crypto/keyring.hpp"
#include "proxy/keys/key_encryption_key.hpp"
#include "proxy/keys/pg.hpp"

#include <cstdint>
#include <map>
#include <memory>
#include <string_view>
#include <utility>

namespace pgveil::proxy::keys {

/// The version of schema pgveil that this program works with.
inline constexpr int kSchemaVersion = 2;

/// Whether schema pgveil is there in this version. Errors: NoSchema says what to do.
[[nodiscard]] Result<void> check_schema(PgConnection& connection);

/// The version that is there; 0: none.
[[nodiscard]] Result<int> schema_version(PgConnection& connection);

/// All keys that are not destroyed. `older`: keys in it go on as the same objects, with their counters;
/// only new ones are unwrapped.
[[nodiscard]] Result<std::shared_ptr<const crypto::Keyring>> load_keyring(
    PgConnection& connection, const KeyEncryptionKey& kek, const crypto::Keyring* older = nullptr);

/// The field of that name, with a value key and a term key, each made if it is missing. New fields have
/// random ids, so that two databases do not have the same ones.
[[nodiscard]] Result<crypto::FieldId> ensure_field(PgConnection& connection,
                                                   const KeyEncryptionKey& kek,
                                                   std::string_view name);

/// Wraps every key again under `to`. Values and terms stay as they are.
[[nodiscard]] Result<std::uint64_t> rewrap_keys(PgConnection& connection,
                                                const KeyEncryptionKey& from,
                                                const KeyEncryptionKey& to);

/// Adds to pgveil.key.seals what this process has sealed since the last call, so that the limit of 2^32
/// per key holds over restarts and several proxies. Call now and then, and at the end.
class SealCounter {
 public:
  [[nodiscard]] Result<void> flush(PgConnection& connection, const crypto::Keyring& keys);

 private:
  std::map<std::pair<crypto::FieldId, crypto::Generation>, std::uint64_t> flushed_;
};

}  // namespace pgveil::proxy::keys
