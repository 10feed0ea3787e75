#include "crypto/bytes.hpp"
#include "crypto/random.hpp"
#include "policy/sql/ddl_values.hpp"
#include "proxy/apply/cell_content.hpp"
#include "proxy/apply/json.hpp"
#include "proxy/apply/schema_change.hpp"
#include "proxy/keys/key_store.hpp"
#include "proxy/keys/sealed_sql.hpp"

#include <array>
#include <initializer_list>

namespace pgveil::proxy::apply {
namespace {

using keys::quote_text;

/// A JSON object, field by field; values are JSON already.
class JsonObject {
 public:
  void add(const char* name, const std::string& json) {
    text_ += (text_.empty() ? "{" : ",") + json_text(name) + ':' + json;
  }

  void text(const char* name, const std::string& value) { add(name, json_text(value)); }

  void text(const char* name, const std::optional<std::string>& value) {
    add(name, value ? json_text(*value) : "null");
  }

  void number(const char* name, std::int64_t value) { add(name, std::to_string(value)); }

  void truth(const char* name, bool value) { add(name, value ? "true" : "false"); }

  [[nodiscard]] std::string done() const { return text_ + '}'; }

 private:
  std::string text_;
};

std::string json_list(const std::vector<std::string>& items) {
  std::string out = "[";
  for (const std::string& item : items) {
    out += (out.size() == 1 ? "" : ",") + item;
  }
  return out + ']';
}

std::string sealed_json(const NewSealedColumn& made, crypto::FieldId field) {
  JsonObject row;
  row.text("schema", made.schema);
  row.text("table", made.table);
  row.text("column", made.column.name);
  row.number("attnum", made.column.attnum);
  row.number("field", static_cast<std::uint32_t>(field));
  row.text("logical_type", made.column.type_sql);
  row.number("base_type", made.column.base_type);
  row.number("typmod", made.column.typmod);
  row.truth("not_null", made.column.not_null);
  row.text("default_sql", made.column.default_sql);
  row.truth("equality", made.change.terms.equality);
  row.truth("folded", made.change.terms.folded);
  row.truth("text", made.change.terms.text);
  row.number("pad", made.change.pad);
  row.text("collation_sql", made.column.collation_sql);
  row.text("storage", made.column.storage);
  row.text("compression", made.column.compression);
  row.text("range_unit", made.change.terms.range);
  row.text("order_unit", made.change.terms.order);
  return row.done();
}

std::string logical_json(const LogicalObject& object) {
  JsonObject row;
  row.text("kind", object.kind);
  row.text("schema", object.schema);
  row.text("table", object.table);
  row.text("name", object.name);
  row.text("definition", object.definition);
  row.text("owner", object.owner);
  row.truth("server_index", object.server_index);
  row.text("restore_sql", object.restore_sql);
  return row.done();
}

std::string changed_json(const ChangedColumn& changed) {
  JsonObject row;
  row.text("schema", changed.schema);
  row.text("table", changed.table);
  row.text("column", changed.column.name);
  row.text("logical_type", changed.column.type_sql);
  row.number("typmod", changed.column.typmod);
  row.text("default_sql", changed.column.default_sql);
  return row.done();
}

std::string gone_json(const GoneObject& object) {
  JsonObject row;
  row.text("kind", object.kind);
  row.text("schema", object.schema);
  row.text("table", object.table);
  row.text("name", object.name);
  return row.done();
}

template <class T, class ToJson>
std::string json_of(const std::vector<T>& items, ToJson to_json) {
  std::vector<std::string> texts;
  for (const T& item : items) {
    texts.push_back(to_json(item));
  }
  return json_list(texts);
}

/// SQL of the client's with values in it is kept sealed.
class SqlSealing {
 public:
  SqlSealing(keys::PgConnection& admin, const keys::KeyEncryptionKey& kek)
      : admin_(admin), kek_(kek) {}

  Result<void> seal(std::string& sql) {
    if (!policy::sql::has_value(sql)) {
      return {};
    }
    if (keys_ == nullptr) {
      const auto field = keys::ensure_field(admin_, kek_, keys::kSqlField);
      if (!field) {
        return from_keys(field.error());
      }
      field_ = *field;
      const auto loaded = keys::load_keyring(admin_, kek_);
      if (!loaded) {
        return from_keys(loaded.error());
      }
      keys_ = *loaded;
    }
    auto sealed = keys::seal_sql(*keys_, field_, sql);
    if (!sealed) {
      return Error{Errc::Value, "SQL of the statement cannot be sealed", ""};
    }
    sql = std::move(*sealed);
    return {};
  }

 private:
  keys::PgConnection& admin_;
  const keys::KeyEncryptionKey& kek_;
  std::shared_ptr<const crypto::Keyring> keys_;
  crypto::FieldId field_{};
};

Result<void> seal_sql_of(SchemaChange& change, SqlSealing& sealing) {
  std::vector<std::string*> all;
  for (NewSealedColumn& made : change.sealed) {
    if (made.column.default_sql) {
      all.push_back(&*made.column.default_sql);
    }
  }
  for (ChangedColumn& changed : change.changed) {
    if (changed.column.default_sql) {
      all.push_back(&*changed.column.default_sql);
    }
  }
  for (LogicalObject& object : change.logical) {
    all.push_back(&object.definition);
    all.push_back(&object.restore_sql);
  }
  for (std::string* sql : all) {
    if (auto done = sealing.seal(*sql); !done) {
      return done.error();
    }
  }
  return {};
}

Result<std::string> seal_initial(keys::PgConnection& admin,
                                 const keys::KeyEncryptionKey& kek,
                                 const NewSealedColumn& made,
                                 policy::FieldId field) {
  const auto keys = keys::load_keyring(admin, kek);
  if (!keys) {
    return from_keys(keys.error());
  }
  const ColumnChange& change = made.change;
  const crypto::CellForm form{change.terms.equality, change.terms.folded,
                              change.terms.text,     change.pad,
                              change.terms.range,    change.terms.order};
  crypto::Bytes plain;
  CellRoom room;
  crypto::Bytes sealed;
  const bool read = crypto::hex_decode(*made.initial, plain);
  const auto content = cell_content(made.column.base_type, form, plain, room);
  const auto id = static_cast<crypto::FieldId>(static_cast<std::uint32_t>(field));
  if (!read || !content || !crypto::seal_cell(**keys, id, form, *content, sealed)) {
    return Error{Errc::Value, "the default cannot be sealed", ""};
  }
  return crypto::hex_encode(sealed);
}

Result<PreparedChange> prepare_in_transaction(keys::PgConnection& admin,
                                              const keys::KeyEncryptionKey& kek,
                                              const SchemaChange& planned,
                                              const std::string& login) {
  PreparedChange prepared;
  SchemaChange change = planned;
  SqlSealing sealing(admin, kek);
  if (auto done = seal_sql_of(change, sealing); !done) {
    return done.error();
  }
  std::vector<std::string> sealed;
  for (const NewSealedColumn& made : change.sealed) {
    const auto field = keys::ensure_field(admin, kek, made.change.field);
    if (!field) {
      return from_keys(field.error());
    }
    sealed.push_back(sealed_json(made, *field));
    prepared.fields.push_back(static_cast<policy::FieldId>(static_cast<std::uint32_t>(*field)));
  }
  for (std::size_t i = 0; i < change.sealed.size(); ++i) {
    if (change.sealed[i].initial) {
      auto value = seal_initial(admin, kek, change.sealed[i], prepared.fields[i]);
      if (!value) {
        return value.error();
      }
      prepared.initial_value = std::move(*value);
    }
  }
  std::array<std::byte, 16> random{};
  if (auto done = crypto::random_bytes(random); !done) {
    return Error{Errc::Value, "no random bytes", ""};
  }
  prepared.token = crypto::hex_encode(random);
  const auto stored = admin.query(
      "INSERT INTO pgveil.planned_change (token, login, sealed, logical, gone, changed) VALUES "
      "($1, "
      "$2, $3::jsonb, $4::jsonb, $5::jsonb, $6::jsonb)",
      {prepared.token, login, json_list(sealed), json_of(change.logical, logical_json),
       json_of(change.gone, gone_json), json_of(change.changed, changed_json)});
  if (!stored) {
    return from_keys(stored.error());
  }
  return prepared;
}

}  // namespace

Result<PreparedChange> prepare_change(keys::PgConnection& admin,
                                      const keys::KeyEncryptionKey& kek,
                                      const SchemaChange& change,
                                      const std::string& login) {
  if (auto there = keys::check_schema(admin); !there) {
    return from_keys(there.error());
  }
  // As `apply` does, so that two proxies do not make the same field twice.
  if (auto begun =
          admin.query("BEGIN; SELECT pg_catalog.pg_advisory_xact_lock(5710443261); DELETE FROM "
                      "pgveil.planned_change WHERE made_at < pg_catalog.now() - interval '1 day'");
      !begun) {
    return from_keys(begun.error());
  }
  auto prepared = prepare_in_transaction(admin, kek, change, login);
  const auto ended = admin.query(prepared ? "COMMIT" : "ROLLBACK");
  if (prepared && !ended) {
    return from_keys(ended.error());
  }
  return prepared;
}

std::string change_statement(const SchemaChange& change, const std::string& token) {
  std::string body = "BEGIN\n";
  for (const std::string& condition : change.absent) {
    body +=
        "IF " + condition +
        " THEN RAISE EXCEPTION USING ERRCODE = '55000', MESSAGE = 'somebody else has just changed "
        "the schema', HINT = 'Send the statement again.'; END IF;\n";
  }
  for (const ServerStatement& statement : change.statements) {
    const std::string run = "EXECUTE " + quote_text(statement.sql) + ";";
    body += statement.if_exists.empty()
                ? run
                : "IF pg_catalog.to_regclass(" + quote_text(statement.if_exists) +
                      ") IS NOT NULL THEN " + run + " END IF;";
    body += '\n';
  }
  body += "PERFORM pgveil.take_change(" + quote_text(token) + ");\nEND";
  return "DO " + quote_text(body);
}

}  // namespace pgveil::proxy::apply
