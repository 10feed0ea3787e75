#include "policy/model/policy.hpp"
#include "policy/model/policy_hash.hpp"
#include "policy/model/policy_words.hpp"
#include "policy/model/relation_name.hpp"

#include <algorithm>
#include <optional>
#include <set>

namespace pgveil::policy {
namespace {

using std::chrono::milliseconds;

template <typename Enum>
std::vector<std::string> words(std::size_t count, std::size_t from = 0) {
  std::vector<std::string> out;
  for (std::size_t i = from; i < count; ++i) {
    out.emplace_back(name(static_cast<Enum>(i)));
  }
  return out;
}

class Parser {
 public:
  explicit Parser(std::string_view file_name) : errors_(std::string(file_name)) {
    policy_.file_name = file_name;
  }

  std::variant<Policy, std::vector<PolicyError>> parse(const TomlNode& root) {
    TomlTable top(root, "policy", errors_);
    read_version(top);
    if (const TomlNode* tables = top.table("table")) {
      for (const TomlEntry& entry : tables->entries) {
        read_table(entry);
      }
    }
    if (const TomlNode* roles = top.table("role")) {
      for (const TomlEntry& entry : roles->entries) {
        read_role(entry);
      }
    }
    top.finish();
    if (!errors_.empty()) {
      return errors_.take_sorted();
    }
    policy_.epoch = meaning_hash(print_policy(policy_));
    return std::move(policy_);
  }

 private:
  void read_version(TomlTable& top) {
    if (top.find("version") == nullptr) {
      top.missing("version", "write version = 1 on top");
    } else if (top.integer("version", 0, 1'000'000).value_or(1) != 1) {
      top.error(top.find("version")->line, "policy: this version of the format is not known",
                "write version = 1");
    }
  }

  std::optional<RelationName> relation(std::string_view text, int line, const char* spelling) {
    auto found = parse_relation_name(text);
    if (!found) {
      errors_.add(line, toml_quoted(text) + " is not the name of a table with its schema",
                  std::string("write ") + spelling +
                      ", in quotes and lower case; names in mixed case as \"public.\\\"Name\\\"\"");
    }
    return found;
  }

  void read_table(const TomlEntry& entry) {
    const auto found = relation(entry.key, entry.value.line, "[table.\"public.patients\"]");
    if (!found || !must_be_table(entry)) {
      return;
    }
    if (const TablePolicy* first = policy_.table(found->schema, found->name)) {
      errors_.add(entry.value.line, "table " + toml_quoted(entry.key) + " stands here again",
                  "put its columns under line " + std::to_string(first->line));
      return;
    }
    TablePolicy table;
    table.schema = found->schema;
    table.name = found->name;
    table.line = entry.value.line;
    TomlTable reader(entry.value, "table " + toml_quoted(entry.key), errors_);
    if (const auto subject = reader.string("subject")) {
      table.subject = *subject;
      if (subject->empty()) {
        reader.error(reader.find("subject")->line, reader.where() + ": subject is empty",
                     "name the column that names the patient, or leave subject out");
      }
    }
    const TomlNode* columns = reader.table("column");
    if (columns == nullptr || columns->entries.empty()) {
      if (reader.find("column") == nullptr || columns != nullptr) {
        reader.missing("column", "name its columns, or take the table out");
      }
    } else {
      for (const TomlEntry& column : columns->entries) {
        read_column(column, table);
      }
    }
    reader.finish();
    policy_.tables.push_back(std::move(table));
  }

  bool must_be_table(const TomlEntry& entry) {
    if (entry.value.kind == TomlNode::Kind::Table) {
      return true;
    }
    errors_.add(entry.value.line, toml_quoted(entry.key) + " is not a table",
                "write { … } or a [header] with keys below");
    return false;
  }

  void read_column(const TomlEntry& entry, TablePolicy& table) {
    if (!must_be_table(entry)) {
      return;
    }
    ColumnPolicy column;
    column.name = entry.key;
    column.line = entry.value.line;
    const std::string full = print_relation_name(table.schema, table.name) + "." + entry.key;
    TomlTable reader(entry.value, "column " + full, errors_);
    if (entry.key.empty() || entry.key.find('\0') != std::string::npos) {
      reader.error(column.line, reader.where() + ": this is no column name", "name the column");
    }
    if (const auto word = reader.string("phi")) {
      if (const auto found = phi(*word)) {
        column.phi = *found;
      } else {
        reader.error(reader.find("phi")->line,
                     reader.where() + ": phi = " + toml_quoted(*word) + " is not known",
                     did_you_mean(*word, words<Phi>(kPhiCount, 1)));
      }
    }
    read_class(reader, column);
    column.seal = reader.boolean("seal").value_or(false);
    read_search(reader, column);
    read_mask(reader, column);
    column.field = reader.string("field").value_or(full);
    column.pad = default_pad(column.phi);
    if (const auto pad = reader.integer("pad", 0, kMaxPad)) {
      column.pad = static_cast<std::uint16_t>(*pad);
    }
    if (column.field.empty()) {
      reader.error(reader.find("field")->line, reader.where() + ": field is empty",
                   "give a name, such as \"person.ssn\", or leave field out");
    }
    check_needs_seal(reader, column);
    reader.finish();
    table.columns.push_back(std::move(column));
  }

  void check_needs_seal(TomlTable& reader, ColumnPolicy& column) {
    if (column.seal) {
      return;
    }
    for (const char* key : {"search", "field", "pad"}) {
      if (const TomlNode* value = reader.find(key)) {
        reader.error(value->line, reader.where() + ": " + key + " needs seal = true",
                     std::string("add seal = true, or take ") + key +
                         " out: the server searches values that are not sealed");
      }
    }
    column.pad = 0;
  }

  void read_class(TomlTable& reader, ColumnPolicy& column) {
    if (reader.find("class") == nullptr) {
      reader.missing("class", "add class = \"…\", one of the 13 data classes");
      return;
    }
    const auto word = reader.string("class");
    if (!word) {
      return;
    }
    if (const auto found = data_class(*word)) {
      column.cls = *found;
    } else {
      reader.error(reader.find("class")->line,
                   reader.where() + ": class = " + toml_quoted(*word) + " is not known",
                   did_you_mean(*word, words<DataClass>(kDataClassCount)));
    }
  }

  void read_search(TomlTable& reader, ColumnPolicy& column) {
    for (const auto& [term, line] : reader.strings("search")) {
      const auto twice = [&] {
        reader.error(line, reader.where() + ": search names " + toml_quoted(term) + " twice",
                     "once is enough");
      };
      if (term.starts_with("range:") || term.starts_with("order:")) {
        const bool range = term.starts_with("range:");
        std::string& unit = range ? column.search.range : column.search.order;
        if (!is_bucket_unit(std::string_view(term).substr(6))) {
          reader.error(line, reader.where() + ": search = " + toml_quoted(term) + " has no unit",
                       range ? "write range:day, week, month or year of dates, range:log2 or a "
                               "step such as range:10 of numbers"
                             : "write order:1 to order:8 of text, or a unit as for range");
        } else if (!unit.empty()) {
          twice();
        } else {
          unit = term.substr(6);
        }
        continue;
      }
      bool* known = term == "equality"          ? &column.search.equality
                    : term == "equality:folded" ? &column.search.folded
                    : term == "text"            ? &column.search.text
                                                : nullptr;
      if (known == nullptr) {
        reader.error(line, reader.where() + ": search = " + toml_quoted(term) + " is not known",
                     did_you_mean(term, std::vector<std::string>{"equality", "equality:folded",
                                                                 "text", "range:year", "order:2"}));
      } else if (*known) {
        twice();
      } else {
        *known = true;
      }
    }
  }

  void read_mask(TomlTable& reader, ColumnPolicy& column) {
    const auto word = reader.string("mask");
    if (!word) {
      return;
    }
    const auto found =
        std::ranges::find_if(kMaskWords, [&](const MaskWord& w) { return *word == w.word; });
    if (found != kMaskWords.end()) {
      column.mask.kind = found->kind;
      return;
    }
    static const std::set<std::string> kLater{"first1", "initials",   "age_band", "email_domain",
                                              "hash",   "date_shift", "const"};
    std::vector<std::string> masks;
    for (const MaskWord& w : kMaskWords) {
      masks.emplace_back(w.word);
    }
    const bool later = kLater.contains(*word);
    reader.error(reader.find("mask")->line,
                 reader.where() + ": mask = " + toml_quoted(*word) +
                     (later ? " is not available in this version" : " is not known"),
                 later ? "use \"null\", which fits every type" : did_you_mean(*word, masks));
  }

  void read_role(const TomlEntry& entry) {
    if (!must_be_table(entry)) {
      return;
    }
    Role role;
    role.name = entry.key;
    role.line = entry.value.line;
    TomlTable reader(entry.value, "role " + toml_quoted(entry.key), errors_);
    if (entry.key.empty()) {
      reader.error(role.line, "a role has no name", "write [role.<name>]");
    }
    for (const auto& [member, line] : reader.strings("members")) {
      if (member.empty() || member == "pg:") {
        reader.error(line, reader.where() + ": a member has no name",
                     "write a login name, or \"pg:\" and a database role");
      } else if (std::ranges::find(role.members, member) != role.members.end()) {
        reader.error(line, reader.where() + ": " + toml_quoted(member) + " is a member twice",
                     "once is enough");
      } else {
        role.members.push_back(member);
      }
    }
    if (const TomlNode* allow = reader.table("allow")) {
      read_allow(*allow, reader.where(), role);
    }
    if (const TomlNode* rows = reader.table("rows")) {
      for (const TomlEntry& filter : rows->entries) {
        read_row_filter(filter, reader, role);
      }
    }
    using namespace std::chrono_literals;
    role.idle_timeout = reader.duration("idle_timeout", 1s, 24h * 30).value_or(milliseconds{0});
    reader.finish();
    policy_.roles.push_back(std::move(role));
  }

  void read_allow(const TomlNode& allow, const std::string& where, Role& role) {
    TomlTable reader(allow, where + " allow", errors_);
    std::array<bool, kDataClassCount> named{};
    std::optional<VerbSet> everywhere;
    for (const TomlEntry& entry : allow.entries) {
      const auto cls = data_class(entry.key);
      if (!cls && entry.key != "*") {
        auto known = words<DataClass>(kDataClassCount);
        known.emplace_back("*");
        reader.error(entry.value.line,
                     reader.where() + ": class " + toml_quoted(entry.key) + " is not known",
                     did_you_mean(entry.key, known));
        continue;
      }
      const VerbSet verbs = read_verbs(reader, entry, cls);
      if (cls) {
        role.allow.at(static_cast<std::size_t>(*cls)) = verbs;
        named.at(static_cast<std::size_t>(*cls)) = true;
      } else {
        everywhere = verbs;
      }
    }
    for (std::size_t c = 0; everywhere && c < kDataClassCount; ++c) {
      if (!named.at(c)) {
        role.allow.at(c) = existing(static_cast<DataClass>(c), *everywhere);
      }
    }
  }

  /// `verbs` without those that do not exist for the class.
  static VerbSet existing(DataClass cls, VerbSet verbs) {
    VerbSet out;
    for (std::size_t v = 0; v < kPolicyVerbCount; ++v) {
      const auto verb = static_cast<PolicyVerb>(v);
      if (verbs.has(verb) && exists({cls, verb})) {
        out.add(verb);
      }
    }
    return out;
  }

  VerbSet read_verbs(TomlTable& reader, const TomlEntry& entry, std::optional<DataClass> cls) {
    VerbSet out;
    for (const auto& [word, line] : reader.strings(entry.key)) {
      const auto verb = policy_verb(word);
      if (word == "*") {
        for (std::size_t v = 0; v < kPolicyVerbCount; ++v) {
          out.add(static_cast<PolicyVerb>(v));
        }
        out = cls ? existing(*cls, out) : out;
      } else if (!verb) {
        auto known = words<PolicyVerb>(kPolicyVerbCount);
        known.emplace_back("*");
        reader.error(line, reader.where() + ": verb " + toml_quoted(word) + " is not known",
                     did_you_mean(word, known));
      } else if (cls && !exists({*cls, *verb})) {
        reader.error(line, reader.where() + ": nobody may " + word + " consents",
                     "take " + toml_quoted(word) + " out: consents are only added");
      } else {
        out.add(*verb);
      }
    }
    return out;
  }

  void read_row_filter(const TomlEntry& entry, TomlTable& reader, Role& role) {
    const int line = entry.value.line;
    const auto found = relation(entry.key, line, "rows = { \"public.patients\" = \"…\" }");
    if (!found) {
      return;
    }
    if (entry.value.kind != TomlNode::Kind::String ||
        entry.value.text.find_first_not_of(" \t\r\n") == std::string::npos ||
        entry.value.text.find('\0') != std::string::npos) {
      reader.error(line, reader.where() + ": the row filter of " + entry.key + " is no condition",
                   "write SQL over the table's columns in quotes, like \"not vip\"");
      return;
    }
    if (policy_.table(found->schema, found->name) == nullptr) {
      std::vector<std::string> known;
      for (const TablePolicy& table : policy_.tables) {
        known.push_back(print_relation_name(table.schema, table.name));
      }
      reader.error(line,
                   reader.where() + ": rows names " + toml_quoted(entry.key) +
                       ", which is no table of this policy",
                   known.empty() ? "add [table." + toml_quoted(entry.key) + "]"
                                 : did_you_mean(entry.key, known));
      return;
    }
    const bool again = std::ranges::any_of(role.rows, [&](const RowFilter& filter) {
      return filter.schema == found->schema && filter.table == found->name;
    });
    if (again) {
      reader.error(line, reader.where() + ": rows names " + toml_quoted(entry.key) + " twice",
                   "join the conditions with AND");
      return;
    }
    role.rows.push_back({found->schema, found->name, entry.value.text, line});
  }

  ErrorList errors_;
  Policy policy_;
};

}  // namespace

std::variant<Policy, std::vector<PolicyError>> parse_policy(std::string_view text,
                                                            std::string_view file_name) {
  const auto read = read_toml(text, file_name);
  if (const auto* error = std::get_if<FileError>(&read)) {
    return std::vector<PolicyError>{*error};
  }
  return Parser(file_name).parse(std::get<TomlNode>(read));
}

}  // namespace pgveil::policy
