#pragma once

/// All data keys in force: an immutable snapshot that threads share. A value says which key opens it;
/// keys are never tried one after another, since GCM does not commit to its key.
/// Build one with KeyringBuilder, then share it as std::shared_ptr<const Keyring>.
/// Threads: any.

#include "crypto/bytes.hpp"
#include "crypto/error.hpp"
#include "crypto/key.hpp"
#include "crypto/sealed_value.hpp"
#include "crypto/term.hpp"

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace pgveil::crypto {

class Keyring {
 public:
  /// nullptr: there is none.
  [[nodiscard]] const ValueKey* value_key(FieldId field, Generation generation) const;
  [[nodiscard]] const TermKey* term_key(FieldId field, Generation generation) const;
  /// The key that new values are sealed with, and their terms made with.
  [[nodiscard]] const ValueKey* current_value_key(FieldId field) const;
  [[nodiscard]] const TermKey* current_term_key(FieldId field) const;

  /// The same as shared objects, for the next snapshot.
  [[nodiscard]] std::shared_ptr<const ValueKey> shared_value_key(FieldId field,
                                                                 Generation generation) const;
  [[nodiscard]] std::shared_ptr<const TermKey> shared_term_key(FieldId field,
                                                               Generation generation) const;

  [[nodiscard]] bool knows(FieldId field) const { return fields_.contains(field); }

  [[nodiscard]] std::vector<FieldId> fields() const;

 private:
  friend class KeyringBuilder;

  struct Entry {
    std::vector<std::shared_ptr<const ValueKey>> values;
    std::vector<std::shared_ptr<const TermKey>> terms;
    std::shared_ptr<const ValueKey> current_value;
    std::shared_ptr<const TermKey> current_term;
  };

  std::map<FieldId, Entry> fields_;
};

class KeyringBuilder {
 public:
  /// Starts with the keys of an older snapshot: its key objects, use counters and contexts go on.
  KeyringBuilder() = default;

  explicit KeyringBuilder(const Keyring& older) : keyring_(older) {}

  /// Adding a key that is there already (same field, generation and kind) changes only `current`.
  void add(std::shared_ptr<const ValueKey> key, bool current);
  void add(std::shared_ptr<const TermKey> key, bool current);
  void remove_value_key(FieldId field, Generation generation);
  void remove_term_key(FieldId field, Generation generation);
  [[nodiscard]] std::shared_ptr<const Keyring> build() &&;

 private:
  Keyring keyring_;
};

/// Which terms to make for a value, and its padding.
struct CellForm {
  bool equality = false;
  bool folded = false;
  bool text = false;
  std::uint16_t pad = 0;
  std::string range = {};  // the unit; empty: no such term
  std::string order = {};
};

/// What one value is: its canonical bytes (PostgreSQL's binary form), the form over which equality is
/// taken (protocol/value; often the same bytes), and its text for folded and text terms.
struct CellContent {
  ByteView canonical;
  ByteView equality_form;
  std::string_view text;
  std::optional<std::int64_t> bucket = std::nullopt;  // for the range term
  ByteView order_prefix = {};
};

/// Makes the terms, seals under the field's current keys, appends to `out`. Errors: UnknownField, and
/// those of seal and of the terms.
[[nodiscard]] Result<void> seal_cell(const Keyring& keys,
                                     FieldId field,
                                     const CellForm& form,
                                     const CellContent& content,
                                     Bytes& out);

/// Reads and opens a cell that must belong to `field`; appends its canonical bytes to `out`.
/// Errors: Malformed, UnknownSuite, WrongField, UnknownField, UnknownGeneration, BadTag.
[[nodiscard]] Result<void> open_cell(const Keyring& keys, FieldId field, ByteView cell, Bytes& out);

}  // namespace pgveil::crypto
