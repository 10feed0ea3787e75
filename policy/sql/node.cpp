// Handles into a NodeTree.
#include "policy/sql/node_text.hpp"

#include <algorithm>
#include <charconv>

namespace pgveil::policy::sql {

Node::Kind Node::kind() const {
  return tree_ == nullptr ? Kind::Missing : tree_->items_[index_].kind;
}

bool Node::is_null() const { return kind() == Kind::Null || kind() == Kind::Missing; }

bool Node::is_object(std::string_view wanted) const {
  return kind() == Kind::Object && label() == wanted;
}

std::string_view Node::label() const { return kind() == Kind::Object ? raw() : std::string_view{}; }

std::string_view Node::raw() const {
  if (tree_ == nullptr) return {};
  const auto& item = tree_->items_[index_];
  return std::string_view(tree_->text_).substr(item.begin, item.length);
}

std::string_view Node::field_name() const {
  if (tree_ == nullptr) return {};
  const auto& item = tree_->items_[index_];
  return std::string_view(tree_->text_).substr(item.name_begin, item.name_length);
}

Node Node::field(std::string_view name) const {
  if (kind() != Kind::Object) return {};
  for (const Node child : *this) {
    if (child.field_name() == name) return child;
  }
  return {};
}

std::size_t Node::size() const { return tree_ == nullptr ? 0 : tree_->items_[index_].count; }

Node Node::item(std::size_t index) const {
  Iterator it = begin();
  for (; it != end() && index > 0; --index) ++it;
  return it == end() ? Node{} : *it;
}

Node::Iterator& Node::Iterator::operator++() {
  index_ = tree_->items_[index_].next;
  return *this;
}

Node::Iterator Node::Iterator::operator++(int) {
  const Iterator before = *this;
  ++*this;
  return before;
}

Node::Iterator Node::begin() const {
  if (tree_ == nullptr || kind() == Kind::Datum) return end();
  return {tree_, tree_->items_[index_].first};
}

std::optional<std::int64_t> Node::as_int() const {
  if (kind() != Kind::Token) return std::nullopt;
  const std::string_view text = raw();
  std::int64_t value = 0;
  const auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (ec != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::int64_t Node::as_int_or(std::int64_t otherwise) const { return as_int().value_or(otherwise); }

bool Node::as_bool() const { return kind() == Kind::Token && raw() == "true"; }

std::string Node::as_text() const {
  if (kind() != Kind::Token) return {};
  std::string_view text = raw();
  // A leading quote of a plain name is written with a backslash, so this one is a String's own.
  if (text.size() >= 2 && text.front() == '"' && text.back() == '"') {
    text = text.substr(1, text.size() - 2);
  }
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\' && i + 1 < text.size()) ++i;
    out += text[i];
  }
  return out;
}

std::vector<std::int64_t> Node::as_ints() const {
  std::vector<std::int64_t> out;
  if (kind() != Kind::IntList && kind() != Kind::OidList && kind() != Kind::Bitmapset) return out;
  out.reserve(size());
  for (const Node child : *this) out.push_back(child.as_int_or(0));
  return out;
}

std::vector<std::byte> Node::as_bytes() const {
  std::vector<std::byte> out;
  if (kind() != Kind::Datum) return out;
  const std::string_view text = raw();
  const char* at = text.data();
  const char* const end = at + text.size();
  while (at < end) {
    int value = 0;
    const auto [next, ec] = std::from_chars(at, end, value);
    if (ec != std::errc{}) break;
    out.push_back(static_cast<std::byte>(value & 0xFF));
    at = std::find_if(next, end, [](char c) { return c == '-' || (c >= '0' && c <= '9'); });
  }
  return out;
}

}  // namespace pgveil::policy::sql
