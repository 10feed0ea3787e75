#include "policy/sql/node_text.hpp"

#include <charconv>

namespace pgveil::policy::sql {
namespace {

bool is_blank(char c) { return c == ' ' || c == '\n' || c == '\t' || c == '\r'; }

bool is_bracket(char c) { return c == '(' || c == ')' || c == '{' || c == '}'; }

std::optional<std::int64_t> to_int(std::string_view text) {
  std::int64_t value = 0;
  const auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (ec != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

}  // namespace

/// Recursive descent over pg_strtok's tokens. Reading is by position, as PostgreSQL's own reader does:
/// the token after a field's name is its value whatever it looks like, since a name such as ":x" is
/// written without an escape.
struct NodeTree::Reader {
  NodeTree& tree;
  const NodeLimits& limits;
  std::string_view text;
  std::size_t at = 0;
  std::uint32_t depth = 0;
  Errc failure = Errc::BadNodeText;

  void skip_blanks() {
    while (at < text.size() && is_blank(text[at])) ++at;
  }

  /// Token at `at`, empty at the end: a bracket, or all up to a blank or bracket without backslash.
  [[nodiscard]] std::string_view peek() const {
    if (at >= text.size()) return {};
    if (is_bracket(text[at])) return text.substr(at, 1);
    std::size_t end = at;
    while (end < text.size() && !is_blank(text[end]) && !is_bracket(text[end])) {
      const bool escape = text[end] == '\\' && end + 1 < text.size();
      end += escape ? std::size_t{2} : std::size_t{1};
    }
    return text.substr(at, end - at);
  }

  void take(std::string_view token) {
    at += token.size();
    skip_blanks();
  }

  /// 0: no more nodes allowed.
  std::uint32_t make(Node::Kind kind, std::string_view token) {
    if (tree.items_.size() >= limits.max_nodes) {
      failure = Errc::TooLarge;
      return 0;
    }
    Item item;
    item.kind = kind;
    item.begin = static_cast<std::uint32_t>(token.data() - text.data());
    item.length = static_cast<std::uint32_t>(token.size());
    tree.items_.push_back(item);
    return static_cast<std::uint32_t>(tree.items_.size() - 1);
  }

  void append(std::uint32_t parent, std::uint32_t& last, std::uint32_t child) {
    if (last == 0) {
      tree.items_[parent].first = child;
    } else {
      tree.items_[last].next = child;
    }
    last = child;
    ++tree.items_[parent].count;
  }

  std::uint32_t value() {
    const std::string_view token = peek();
    if (token.empty() || token == ")" || token == "}") return 0;
    if (token != "(" && token != "{") {
      const std::uint32_t item = make(token == "<>" ? Node::Kind::Null : Node::Kind::Token, token);
      take(token);
      return item;
    }
    if (depth >= limits.max_depth) {
      failure = Errc::TooDeep;
      return 0;
    }
    ++depth;
    const std::uint32_t item = token == "(" ? list() : object();
    --depth;
    return item;
  }

  /// ( … ), (i 1 2), (o 1 2), (x 1 2), (b 1 2)
  std::uint32_t list() {
    take(peek());
    const std::string_view first = peek();
    Node::Kind kind = Node::Kind::List;
    if (first == "i") kind = Node::Kind::IntList;
    if (first == "o" || first == "x") kind = Node::Kind::OidList;
    if (first == "b") kind = Node::Kind::Bitmapset;
    const bool tagged = kind != Node::Kind::List;
    const std::uint32_t self = make(kind, tagged ? first : first.substr(0, 0));
    if (self == 0) return 0;
    if (tagged) take(first);
    std::uint32_t last = 0;
    while (peek() != ")") {
      const std::uint32_t item = value();
      if (item == 0) return 0;
      if (kind != Node::Kind::List && !to_int(raw(item))) return 0;
      append(self, last, item);
    }
    take(peek());
    return self;
  }

  [[nodiscard]] std::string_view raw(std::uint32_t item) const {
    return text.substr(tree.items_[item].begin, tree.items_[item].length);
  }

  /// {LABEL :field value …}
  std::uint32_t object() {
    take(peek());
    const std::string_view label = peek();
    if (label.empty() || is_bracket(label[0])) return 0;
    const std::uint32_t self = make(Node::Kind::Object, label);
    if (self == 0) return 0;
    take(label);
    std::uint32_t last = 0;
    while (peek() != "}") {
      const std::string_view name = peek();
      if (name.size() < 2 || name[0] != ':') return 0;
      take(name);
      const std::uint32_t item = field_value();
      if (item == 0) return 0;
      tree.items_[item].name_begin = static_cast<std::uint32_t>(name.data() + 1 - text.data());
      tree.items_[item].name_length = static_cast<std::uint32_t>(name.size() - 1);
      append(self, last, item);
    }
    take(peek());
    return self;
  }

  /// A value, a Datum, or several tokens in a row (arrays of plan nodes), which become a list.
  std::uint32_t field_value() {
    const std::uint32_t item = value();
    if (item == 0) return 0;
    if (peek() == "[") return datum(item) ? item : 0;
    if (tree.items_[item].kind == Node::Kind::Object || peek() == "}" || peek().starts_with(':')) {
      return item;
    }
    const std::uint32_t self = make(Node::Kind::List, raw(item).substr(0, 0));
    if (self == 0) return 0;
    tree.items_[self].bare = true;
    std::uint32_t last = 0;
    append(self, last, item);
    while (peek() != "}" && !peek().starts_with(':')) {
      const std::uint32_t next = value();
      if (next == 0) return 0;
      append(self, last, next);
    }
    return self;
  }

  /// 4 [ 24 0 0 0 ]: the item becomes the Datum, its text the bytes.
  bool datum(std::uint32_t item) {
    const auto length = to_int(raw(item));
    if (!length || *length < 0) return false;
    take(peek());
    const std::size_t begin = at;
    std::size_t end = at;
    std::uint32_t count = 0;
    for (std::string_view token = peek(); token != "]"; token = peek()) {
      const auto byte = to_int(token);
      if (!byte || *byte < -128 || *byte > 255) return false;
      take(token);
      end = static_cast<std::size_t>(token.data() - text.data()) + token.size();
      ++count;
    }
    take(peek());
    // A value passed by value prints eight bytes whatever its length.
    if (count != static_cast<std::uint64_t>(*length) && count != sizeof(std::uint64_t))
      return false;
    Item& datum = tree.items_[item];
    datum.kind = Node::Kind::Datum;
    datum.begin = static_cast<std::uint32_t>(begin);
    datum.length = static_cast<std::uint32_t>(end - begin);
    datum.count = count;
    datum.first = static_cast<std::uint32_t>(*length);  // no children: the declared length
    return true;
  }
};

Result<std::unique_ptr<const NodeTree>> NodeTree::parse(std::string text,
                                                        const NodeLimits& limits) {
  if (text.size() > limits.max_bytes) return make_error(Errc::TooLarge, "NodeTree::parse");
  std::unique_ptr<NodeTree> tree(new NodeTree);
  tree->text_ = std::move(text);
  tree->items_.reserve(tree->text_.size() / 12 + 2);
  tree->items_.emplace_back();
  Reader reader{*tree, limits, tree->text_};
  reader.skip_blanks();
  const std::uint32_t root = reader.value();
  if (root != 1 || reader.at != tree->text_.size()) {
    const Errc code = root == 0 ? reader.failure : Errc::BadNodeText;
    return make_error(code, "NodeTree::parse", {}, static_cast<std::int32_t>(reader.at));
  }
  return std::unique_ptr<const NodeTree>(std::move(tree));
}

Result<std::unique_ptr<const NodeTree>> NodeTree::parse_notice(std::string_view detail,
                                                               const NodeLimits& limits) {
  if (detail.size() > limits.max_bytes) return make_error(Errc::TooLarge, "NodeTree::parse");
  return parse(unfold_node_dump(detail), limits);
}

Node NodeTree::root() const { return {this, 1}; }

std::string NodeTree::print() const {
  // Each frame: the node whose children are being written, and the next child.
  struct Frame {
    std::uint32_t next;
    char close;
  };

  std::string out;
  bool fresh = true;  // no blank before the next value
  std::vector<Frame> frames;
  const auto text = [this](std::uint32_t begin, std::uint32_t length) {
    return std::string_view(text_).substr(begin, length);
  };
  const auto open = [&](std::uint32_t index) {
    const Item& item = items_[index];
    fresh = false;
    switch (item.kind) {
      case Node::Kind::Missing:
        break;
      case Node::Kind::Null:
      case Node::Kind::Token:
        out += text(item.begin, item.length);
        break;
      case Node::Kind::Datum:
        out += std::to_string(item.first) + " [ ";
        out += text(item.begin, item.length);
        out += " ]";
        break;
      case Node::Kind::Object:
        out += '{';
        out += text(item.begin, item.length);
        frames.push_back({item.first, '}'});
        break;
      case Node::Kind::IntList:
      case Node::Kind::OidList:
      case Node::Kind::Bitmapset:
        out += '(';
        out += text(item.begin, item.length);
        frames.push_back({item.first, ')'});
        break;
      case Node::Kind::List:
        // Tokens in a row have no brackets.
        fresh = true;
        if (!item.bare) out += '(';
        frames.push_back({item.first, item.bare ? '\0' : ')'});
        break;
    }
  };
  open(1);
  while (!frames.empty()) {
    const Frame frame = frames.back();
    if (frame.next == 0) {
      if (frame.close != '\0') out += frame.close;
      frames.pop_back();
      continue;
    }
    const Item& item = items_[frame.next];
    frames.back().next = item.next;
    if (!fresh) out += ' ';
    if (item.name_length != 0) {
      out += ':';
      out += text(item.name_begin, item.name_length);
      out += ' ';
    }
    open(frame.next);
  }
  return out;
}

}  // namespace pgveil::policy::sql
