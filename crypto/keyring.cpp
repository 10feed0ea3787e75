#include "crypto/keyring.hpp"

#include <algorithm>

namespace pgveil::crypto {
namespace {

template <class Key>
std::shared_ptr<const Key> find_shared(const std::vector<std::shared_ptr<const Key>>& keys,
                                       Generation generation) {
  const auto key = std::ranges::find(keys, generation, &Key::generation);
  return key == keys.end() ? nullptr : *key;
}

template <class Key>
const Key* find(const std::vector<std::shared_ptr<const Key>>& keys, Generation generation) {
  // Newest last, and nearly all values have the newest.
  for (auto key = keys.rbegin(); key != keys.rend(); ++key) {
    if ((*key)->generation() == generation) {
      return key->get();
    }
  }
  return nullptr;
}

template <class Key>
void insert(std::vector<std::shared_ptr<const Key>>& keys,
            std::shared_ptr<const Key>& current,
            std::shared_ptr<const Key> key,
            bool is_current) {
  const auto known = std::ranges::find(keys, key->generation(), &Key::generation);
  if (known == keys.end()) {
    keys.push_back(key);
  } else {
    key = *known;
  }
  if (is_current) {
    current = std::move(key);
  }
}

template <class Key>
void erase(std::vector<std::shared_ptr<const Key>>& keys,
           std::shared_ptr<const Key>& current,
           Generation generation) {
  std::erase_if(keys, [&](const auto& key) { return key->generation() == generation; });
  if (current && current->generation() == generation) {
    current.reset();
  }
}

}  // namespace

const ValueKey* Keyring::value_key(FieldId field, Generation generation) const {
  const auto entry = fields_.find(field);
  return entry == fields_.end() ? nullptr : find(entry->second.values, generation);
}

const TermKey* Keyring::term_key(FieldId field, Generation generation) const {
  const auto entry = fields_.find(field);
  return entry == fields_.end() ? nullptr : find(entry->second.terms, generation);
}

const ValueKey* Keyring::current_value_key(FieldId field) const {
  const auto entry = fields_.find(field);
  return entry == fields_.end() ? nullptr : entry->second.current_value.get();
}

const TermKey* Keyring::current_term_key(FieldId field) const {
  const auto entry = fields_.find(field);
  return entry == fields_.end() ? nullptr : entry->second.current_term.get();
}

std::shared_ptr<const ValueKey> Keyring::shared_value_key(FieldId field,
                                                          Generation generation) const {
  const auto entry = fields_.find(field);
  return entry == fields_.end() ? nullptr : find_shared(entry->second.values, generation);
}

std::shared_ptr<const TermKey> Keyring::shared_term_key(FieldId field,
                                                        Generation generation) const {
  const auto entry = fields_.find(field);
  return entry == fields_.end() ? nullptr : find_shared(entry->second.terms, generation);
}

std::vector<FieldId> Keyring::fields() const {
  std::vector<FieldId> ids;
  ids.reserve(fields_.size());
  for (const auto& [id, entry] : fields_) {
    ids.push_back(id);
  }
  return ids;
}

void KeyringBuilder::add(std::shared_ptr<const ValueKey> key, bool current) {
  auto& entry = keyring_.fields_[key->field()];
  insert(entry.values, entry.current_value, std::move(key), current);
}

void KeyringBuilder::add(std::shared_ptr<const TermKey> key, bool current) {
  auto& entry = keyring_.fields_[key->field()];
  insert(entry.terms, entry.current_term, std::move(key), current);
}

void KeyringBuilder::remove_value_key(FieldId field, Generation generation) {
  auto& entry = keyring_.fields_[field];
  erase(entry.values, entry.current_value, generation);
}

void KeyringBuilder::remove_term_key(FieldId field, Generation generation) {
  auto& entry = keyring_.fields_[field];
  erase(entry.terms, entry.current_term, generation);
}

std::shared_ptr<const Keyring> KeyringBuilder::build() && {
  return std::make_shared<const Keyring>(std::move(keyring_));
}

Result<void> seal_cell(const Keyring& keys,
                       FieldId field,
                       const CellForm& form,
                       const CellContent& content,
                       Bytes& out) {
  const ValueKey* value_key = keys.current_value_key(field);
  if (value_key == nullptr) {
    return Error{Errc::UnknownField, "seal: value key"};
  }
  CarriedTerms terms;
  std::string text;
  Bytes order;
  if (form.equality || form.folded || form.text || !form.range.empty() || !form.order.empty()) {
    const TermKey* term_key = keys.current_term_key(field);
    if (term_key == nullptr) {
      return Error{Errc::UnknownField, "seal: term key"};
    }
    terms.generation = term_key->generation();
    if (form.equality) {
      const auto term = equality_term(*term_key, content.equality_form);
      if (!term) {
        return term.error();
      }
      terms.equality = *term;
    }
    if (form.folded) {
      const auto term = folded_term(*term_key, content.text);
      if (!term) {
        return term.error();
      }
      terms.folded = *term;
    }
    if (form.text) {
      auto made = text_terms(*term_key, content.text);
      if (!made) {
        return made.error();
      }
      text = std::move(*made);
      terms.text = text;
    }
    if (!form.range.empty()) {
      BOOST_ASSERT(content.bucket);
      const auto term = range_term(*term_key, form.range, *content.bucket);
      if (!term) {
        return term.error();
      }
      terms.range = *term;
    }
    if (!form.order.empty()) {
      auto made = order_term(*term_key, form.order, content.order_prefix);
      if (!made) {
        return made.error();
      }
      order = std::move(*made);
      terms.order = order;
    }
  }
  return seal(*value_key, content.canonical, terms, form.pad, out);
}

Result<void> open_cell(const Keyring& keys, FieldId field, ByteView cell, Bytes& out) {
  const auto view = read_sealed(cell);
  if (!view) {
    return view.error();
  }
  if ((*view).field != field) {
    return Error{Errc::WrongField, "open: field"};
  }
  const ValueKey* key = keys.value_key(field, (*view).generation);
  if (key == nullptr) {
    return keys.knows(field) ? Error{Errc::UnknownGeneration, "open: find key"}
                             : Error{Errc::UnknownField, "open: find key"};
  }
  return open(*key, *view, out);
}

}  // namespace pgveil::crypto
