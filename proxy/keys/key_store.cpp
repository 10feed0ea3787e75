#include "proxy/keys/key_store.hpp"

#include "crypto/key_wrap.hpp"
#include "crypto/random.hpp"
#include "proxy/keys/sql.hpp"

#include <array>
#include <string>

namespace pgveil::proxy::keys {
namespace {

std::string label_of(std::string_view kind, std::string_view field, std::string_view generation) {
  return std::string(kind) + ':' + std::string(field) + ':' + std::string(generation);
}

Error crypto_error(const crypto::Error& error) {
  return {Errc::Crypto, std::string(error.step) + ": " + crypto::name(error.code), ""};
}

/// One row of pgveil.key.
struct KeyRow {
  std::string field;
  std::string field_name;
  std::string kind;
  std::string generation;
  bool current = false;
  std::uint64_t seals = 0;
  std::string kek;
  crypto::WrappedKey wrapped;
};

KeyRow row_of(const PgRows& rows, std::size_t i) {
  KeyRow row;
  row.field = rows.text(i, 0);
  row.field_name = rows.text(i, 1);
  row.kind = rows.text(i, 2);
  row.generation = rows.text(i, 3);
  row.current = rows.text(i, 4) == "current";
  row.seals = static_cast<std::uint64_t>(rows.number(i, 5));
  row.kek = rows.text(i, 6);
  row.wrapped = {rows.bytes(i, 7), rows.bytes(i, 8)};
  return row;
}

Error wrong_kek(const KeyRow& row, const KeyEncryptionKey& kek) {
  std::string text = "the " + row.kind + " key of field " + row.field_name + " (id " + row.field +
                     ", generation " + row.generation + ") does not open with " + kek.source();
  text += row.kek == kek.id()
              ? ": its row in pgveil.key was changed or moved"
              : ": it was wrapped with key-encryption key " + row.kek + ", this is " + kek.id();
  return {Errc::WrongKek, text, ""};
}

Result<crypto::SecretBytes> unwrap(const KeyRow& row, const KeyEncryptionKey& kek) {
  auto secret =
      crypto::unwrap_key(kek.secret(), row.wrapped, label_of(row.kind, row.field, row.generation));
  if (!secret || (*secret).size() != crypto::kKeySize) {
    return wrong_kek(row, kek);
  }
  return std::move(*secret);
}

Result<void> store_key(PgConnection& connection,
                       const KeyEncryptionKey& kek,
                       const std::string& field,
                       const std::string& kind) {
  auto secret = crypto::SecretBytes::random(crypto::kKeySize);
  if (!secret) {
    return crypto_error(secret.error());
  }
  const auto wrapped = crypto::wrap_key(kek.secret(), *secret, label_of(kind, field, "1"));
  if (!wrapped) {
    return crypto_error(wrapped.error());
  }
  auto done = connection.query(sql::kInsertKey, {field, kind, bytea_text((*wrapped).wrapped),
                                                 bytea_text((*wrapped).commitment), kek.id()});
  return done ? Result<void>() : Result<void>(done.error());
}

/// A new row of pgveil.field; its id as text.
Result<std::string> create_field(PgConnection& connection, std::string_view name) {
  for (int attempt = 0; attempt < 16; ++attempt) {
    std::array<std::byte, 4> random{};
    if (auto ok = crypto::random_bytes(random); !ok) {
      return crypto_error(ok.error());
    }
    std::uint32_t id = 0;
    for (const std::byte b : random) {
      id = (id << 8) | std::to_integer<std::uint32_t>(b);
    }
    id &= 0x7FFFFFFF;  // an integer of SQL
    if (id == 0) {
      continue;
    }
    const std::string text = std::to_string(id);
    auto inserted = connection.query(sql::kInsertField, {text, std::string(name)});
    if (!inserted) {
      return inserted.error();
    }
    if ((*inserted).size() == 1) {
      return text;
    }
  }
  return Error{Errc::Crypto, "no free field id was found", ""};
}

}  // namespace

Result<int> schema_version(PgConnection& connection) {
  auto there = connection.query("SELECT pg_catalog.to_regclass('pgveil.version') IS NOT NULL");
  if (!there) {
    return there.error();
  }
  if (!(*there).truth(0, 0)) {
    return 0;
  }
  auto version = connection.query("SELECT version FROM pgveil.version");
  if (!version) {
    return version.error();
  }
  return (*version).size() == 1 ? static_cast<int>((*version).number(0, 0)) : -1;
}

Result<void> check_schema(PgConnection& connection) {
  const auto version = schema_version(connection);
  if (!version) {
    return version.error();
  }
  if (*version == 0) {
    return Error{Errc::NoSchema, "the database has no schema pgveil; run pgveil apply", ""};
  }
  if (*version != kSchemaVersion) {
    const bool older = *version > 0 && *version < kSchemaVersion;
    return Error{Errc::NoSchema,
                 "schema pgveil is of another version than this program's " +
                     std::to_string(kSchemaVersion) +
                     (older ? "; run pgveil apply, which brings it there" : ""),
                 ""};
  }
  return {};
}

Result<std::shared_ptr<const crypto::Keyring>> load_keyring(PgConnection& connection,
                                                            const KeyEncryptionKey& kek,
                                                            const crypto::Keyring* older) {
  if (auto schema = check_schema(connection); !schema) {
    return schema.error();
  }
  const auto rows = connection.query(sql::kReadKeys);
  if (!rows) {
    return rows.error();
  }
  crypto::KeyringBuilder builder;
  for (std::size_t i = 0; i < (*rows).size(); ++i) {
    const KeyRow row = row_of(*rows, i);
    const auto field = static_cast<crypto::FieldId>((*rows).number(i, 0));
    const auto generation = static_cast<crypto::Generation>((*rows).number(i, 3));
    const bool is_value = row.kind == "value";
    if (older != nullptr && is_value && older->value_key(field, generation) != nullptr) {
      builder.add(older->shared_value_key(field, generation), row.current);
      continue;
    }
    if (older != nullptr && !is_value && older->term_key(field, generation) != nullptr) {
      builder.add(older->shared_term_key(field, generation), row.current);
      continue;
    }
    auto secret = unwrap(row, kek);
    if (!secret) {
      return secret.error();
    }
    if (is_value) {
      builder.add(std::make_shared<const crypto::ValueKey>(field, generation, std::move(*secret),
                                                           row.seals),
                  row.current);
    } else {
      builder.add(std::make_shared<const crypto::TermKey>(field, generation, std::move(*secret)),
                  row.current);
    }
  }
  return std::move(builder).build();
}

Result<crypto::FieldId> ensure_field(PgConnection& connection,
                                     const KeyEncryptionKey& kek,
                                     std::string_view name) {
  const auto known = connection.query(sql::kFindField, {std::string(name)});
  if (!known) {
    return known.error();
  }
  std::string id;
  bool has_value_key = false;
  bool has_term_key = false;
  if ((*known).size() == 1) {
    id = (*known).text(0, 0);
    has_value_key = (*known).truth(0, 1);
    has_term_key = (*known).truth(0, 2);
  } else {
    auto created = create_field(connection, name);
    if (!created) {
      return created.error();
    }
    id = *created;
  }
  for (const auto& [kind, there] :
       {std::pair("value", has_value_key), std::pair("term", has_term_key)}) {
    if (!there) {
      if (auto stored = store_key(connection, kek, id, kind); !stored) {
        return stored.error();
      }
    }
  }
  return static_cast<crypto::FieldId>(std::stoul(id));
}

Result<std::uint64_t> rewrap_keys(PgConnection& connection,
                                  const KeyEncryptionKey& from,
                                  const KeyEncryptionKey& to) {
  const auto rows = connection.query(sql::kReadKeys);
  if (!rows) {
    return rows.error();
  }
  for (std::size_t i = 0; i < (*rows).size(); ++i) {
    const KeyRow row = row_of(*rows, i);
    const auto secret = unwrap(row, from);
    if (!secret) {
      return secret.error();
    }
    const auto wrapped =
        crypto::wrap_key(to.secret(), *secret, label_of(row.kind, row.field, row.generation));
    if (!wrapped) {
      return crypto_error(wrapped.error());
    }
    const auto done = connection.query(
        sql::kRewrapKey, {row.field, row.kind, row.generation, bytea_text((*wrapped).wrapped),
                          bytea_text((*wrapped).commitment), to.id()});
    if (!done) {
      return done.error();
    }
  }
  return (*rows).size();
}

Result<void> SealCounter::flush(PgConnection& connection, const crypto::Keyring& keys) {
  for (const crypto::FieldId field : keys.fields()) {
    const crypto::ValueKey* key = keys.current_value_key(field);
    if (key == nullptr) {
      continue;
    }
    std::uint64_t& flushed =
        flushed_.try_emplace({field, key->generation()}, key->seals_before()).first->second;
    const std::uint64_t now = key->seals();
    if (now == flushed) {
      continue;
    }
    const auto done =
        connection.query(sql::kAddSeals, {std::to_string(static_cast<std::uint32_t>(field)),
                                          std::to_string(static_cast<unsigned>(key->generation())),
                                          std::to_string(now - flushed)});
    if (!done) {
      return done.error();
    }
    flushed = now;
  }
  return {};
}

}  // namespace pgveil::proxy::keys
