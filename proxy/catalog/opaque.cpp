#include "proxy/catalog/opaque.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <map>

namespace pgveil::proxy::catalog {
namespace {

constexpr std::array<std::string_view, 17> kOpaquePrefixes{
    "binary_upgrade_", "cursor_to_xml",   "database_to_xml", "dblink",         "pg_create_",
    "pg_drop_",        "pg_file_",        "pg_import_",      "pg_logical_",    "pg_ls_",
    "pg_read_",        "pg_replication_", "pg_start_backup", "pg_stop_backup", "query_to_xml",
    "schema_to_xml",   "table_to_xml"};

constexpr std::array<std::string_view, 24> kOpaqueNames{"lo_export",
                                                        "lo_import",
                                                        "pg_backup_start",
                                                        "pg_backup_stop",
                                                        "pg_cancel_backend",
                                                        "pg_current_logfile",
                                                        "pg_export_snapshot",
                                                        "pg_hba_file_rules",
                                                        "pg_ident_file_mappings",
                                                        "pg_log_backend_memory_contexts",
                                                        "pg_promote",
                                                        "pg_reload_conf",
                                                        "pg_rotate_logfile",
                                                        "pg_show_all_file_settings",
                                                        "pg_stat_file",
                                                        "pg_stat_get_activity",
                                                        "pg_switch_wal",
                                                        "pg_terminate_backend",
                                                        "pg_wal_replay_pause",
                                                        "pg_wal_replay_resume",
                                                        "set_config",
                                                        "ts_stat",
                                                        "pg_mcv_list_items",
                                                        "be_lo_export"};

// Statements other than a plain computation. Some are also names that a harmless body might use; then
// that function is opaque without need, which costs an answer and never a secret.
constexpr std::array<std::string_view, 33> kStatementWords{
    "alter",    "analyze", "call",     "cluster", "commit",  "copy",  "create",
    "cursor",   "delete",  "do",       "drop",    "execute", "fetch", "grant",
    "import",   "insert",  "listen",   "load",    "lock",    "merge", "move",
    "notify",   "open",    "prepare",  "refresh", "reindex", "reset", "revoke",
    "rollback", "set",     "truncate", "update",  "vacuum"};

// Trusted extensions whose C functions only compute. tablefunc is not here: crosstab runs a string.
constexpr std::array<std::string_view, 17> kComputingExtensions{
    "btree_gin",     "btree_gist",    "citext", "cube",     "dict_int", "dict_xsyn",
    "earthdistance", "fuzzystrmatch", "hstore", "intarray", "isn",      "ltree",
    "pg_trgm",       "pgcrypto",      "seg",    "unaccent", "uuid-ossp"};

template <std::size_t N>
bool has(const std::array<std::string_view, N>& list, std::string_view word) {
  return std::find(list.begin(), list.end(), word) != list.end();
}

bool starts_name(char c) {
  return std::isalpha(static_cast<unsigned char>(c)) != 0 || c == '_' ||
         (static_cast<unsigned char>(c) & 0x80U) != 0;
}

bool in_name(char c) {
  return starts_name(c) || c == '$' || std::isdigit(static_cast<unsigned char>(c)) != 0;
}

/// The words of a body: names folded as the server does, and whether a parenthesis follows; operators.
struct BodyWords {
  std::set<std::string, std::less<>> names;
  std::set<std::string, std::less<>> keywords;  // unquoted names
  std::set<std::string, std::less<>> calls;
  std::set<std::string, std::less<>> operators;
};

class BodyReader {
 public:
  explicit BodyReader(std::string_view text) : text_(text) {}

  [[nodiscard]] BodyWords read() {
    while (at_ < text_.size()) {
      const char c = text_[at_];
      if (rest().starts_with("--")) {
        at_ = std::min(text_.find('\n', at_), text_.size());
      } else if (rest().starts_with("/*")) {
        const std::size_t end = text_.find("*/", at_ + 2);
        at_ = end == std::string_view::npos ? text_.size() : end + 2;
      } else if (c == '\'') {
        skip_string();
      } else if (c == '"') {
        quoted_name();
      } else if (starts_name(c)) {
        plain_name();
      } else if (c == '$') {
        skip_dollar();
      } else if (is_operator(c)) {
        std::size_t end = at_;
        while (end < text_.size() && is_operator(text_[end])) {
          ++end;
        }
        words_.operators.emplace(text_.substr(at_, end - at_));
        at_ = end;
      } else {
        ++at_;
      }
    }
    return std::move(words_);
  }

 private:
  [[nodiscard]] std::string_view rest() const { return text_.substr(at_); }

  static bool is_operator(char c) {
    return std::string_view("+-*/<>=~!@#%^&|`?").find(c) != std::string_view::npos;
  }

  void skip_string() {
    const bool escapes = at_ > 0 && (text_[at_ - 1] == 'e' || text_[at_ - 1] == 'E');
    ++at_;
    while (at_ < text_.size() && text_[at_] != '\'') {
      at_ += escapes && text_[at_] == '\\' ? 2U : 1U;
    }
    ++at_;
  }

  void skip_dollar() {
    std::size_t end = at_ + 1;
    while (end < text_.size() && in_name(text_[end]) && text_[end] != '$') {
      ++end;
    }
    if (end >= text_.size() || text_[end] != '$') {
      at_ = at_ + 1;  // a parameter
      return;
    }
    const std::string_view tag = text_.substr(at_, end + 1 - at_);
    const std::size_t close = text_.find(tag, end + 1);
    at_ = close == std::string_view::npos ? text_.size() : close + tag.size();
  }

  void quoted_name() {
    std::string name;
    ++at_;
    while (at_ < text_.size()) {
      if (text_[at_] == '"') {
        if (at_ + 1 >= text_.size() || text_[at_ + 1] != '"') {
          break;
        }
        ++at_;
      }
      name += text_[at_++];
    }
    ++at_;
    add(std::move(name));
  }

  void plain_name() {
    std::string name;
    while (at_ < text_.size() && in_name(text_[at_])) {
      const char c = text_[at_++];
      name += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    }
    words_.keywords.insert(name);
    add(std::move(name));
  }

  void add(std::string name) {
    std::size_t next = at_;
    while (next < text_.size() && std::isspace(static_cast<unsigned char>(text_[next])) != 0) {
      ++next;
    }
    if (next < text_.size() && text_[next] == '(') {
      words_.calls.insert(name);
    }
    words_.names.insert(std::move(name));
  }

  std::string_view text_;
  std::size_t at_ = 0;
  BodyWords words_;
};

template <class A, class B>
bool overlap(const A& a, const B& b) {
  return std::any_of(a.begin(), a.end(), [&](const auto& word) { return b.contains(word); });
}

/// By what the function itself says, not by what it calls.
bool opaque_by_itself(const FunctionFacts& function,
                      const BodyWords& words,
                      const std::set<std::string, std::less<>>& relations) {
  if (function.aggregate) {
    return false;
  }
  if (function.builtin) {
    return is_opaque_builtin(function.name, function.arguments);
  }
  if (function.language != "sql" && function.language != "plpgsql") {
    return !(function.language == "c" && has(kComputingExtensions, function.extension));
  }
  return function.depends_on_relation || words.names.contains("information_schema") ||
         overlap(words.names, relations) ||
         std::any_of(words.keywords.begin(), words.keywords.end(),
                     [](const std::string& word) { return has(kStatementWords, word); });
}

}  // namespace

bool is_opaque_builtin(std::string_view name, std::string_view arguments) {
  if (name == "ts_rewrite") {
    return arguments.find("text") != std::string_view::npos;  // the other form only computes
  }
  return has(kOpaqueNames, name) ||
         std::any_of(kOpaquePrefixes.begin(), kOpaquePrefixes.end(),
                     [&](std::string_view prefix) { return name.starts_with(prefix); });
}

std::set<std::uint32_t> find_opaque(const std::vector<FunctionFacts>& functions,
                                    const std::vector<OperatorFacts>& operators,
                                    const std::set<std::string, std::less<>>& relations) {
  std::set<std::uint32_t> opaque;
  std::set<std::string, std::less<>> opaque_names;
  std::map<std::uint32_t, BodyWords> words;
  const auto mark = [&](const FunctionFacts& function) {
    opaque.insert(function.oid);
    opaque_names.insert(function.name);
  };
  for (const FunctionFacts& function : functions) {
    if (!function.body.empty()) {
      words[function.oid] = BodyReader(function.body).read();
    }
    if (opaque_by_itself(function, words[function.oid], relations)) {
      mark(function);
    }
  }
  // Calls are by name: any overload that is opaque makes the caller so.
  for (bool changed = true; changed;) {
    changed = false;
    std::set<std::string, std::less<>> opaque_operators;
    for (const OperatorFacts& op : operators) {
      if (opaque.contains(op.function)) {
        opaque_operators.insert(op.name);
      }
    }
    for (const FunctionFacts& function : functions) {
      if (opaque.contains(function.oid)) {
        continue;
      }
      const BodyWords& body = words[function.oid];
      if (overlap(body.calls, opaque_names) || overlap(body.operators, opaque_operators) ||
          std::any_of(function.parts.begin(), function.parts.end(),
                      [&](std::uint32_t part) { return opaque.contains(part); })) {
        mark(function);
        changed = true;
      }
    }
  }
  return opaque;
}

std::set<std::uint32_t> find_server_bound(const std::vector<FunctionFacts>& functions,
                                          const std::set<std::string, std::less<>>& values) {
  std::set<std::uint32_t> bound;
  std::set<std::string, std::less<>> names = values;
  std::map<std::uint32_t, BodyWords> words;
  for (const FunctionFacts& function : functions) {
    if (!function.body.empty()) {
      words[function.oid] = BodyReader(function.body).read();
    }
  }
  for (bool changed = true; changed;) {
    changed = false;
    for (const FunctionFacts& function : functions) {
      if (function.builtin || bound.contains(function.oid)) {
        continue;
      }
      const BodyWords& body = words[function.oid];
      const bool read = function.language == "sql" || function.language == "plpgsql";
      if ((!read && !function.aggregate) || overlap(body.names, names)) {
        bound.insert(function.oid);
        names.insert(function.name);
        changed = true;
      }
    }
  }
  return bound;
}

}  // namespace pgveil::proxy::catalog
