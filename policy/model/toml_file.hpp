#pragma once

/// TOML files of pgveil, read strictly: every key that nobody asks for is an error with the key that
/// was probably meant. Used for policy.toml and pgveil.toml.
/// Call order: `read_toml`; then a TomlTable over each table; ask for every key; `finish` each table.
/// Lifetime: a TomlTable views the node and the error list, which the caller keeps.

#include <chrono>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace pgveil::policy {

/// One thing to mend in a file. Prints as "file:line: message (remedy)".
struct FileError {
  std::string file;
  int line = 0;
  std::string message;  // what is wrong, one sentence without a full stop
  std::string remedy;   // what to write instead

  friend bool operator==(const FileError&, const FileError&) = default;
};

[[nodiscard]] std::string print(const FileError& error);

struct TomlEntry;

/// A value with the line it stands on. Dates and times are Kind::Other.
struct TomlNode {
  enum class Kind { Table, Array, String, Integer, Float, Boolean, Other };
  Kind kind = Kind::Table;
  int line = 0;
  std::string text;                // String
  std::int64_t integer = 0;        // Integer
  bool boolean = false;            // Boolean
  std::vector<TomlEntry> entries;  // Table, in file order
  std::vector<TomlNode> items;     // Array
};

struct TomlEntry {
  std::string key;
  TomlNode value;
};

/// The root table; or where the text stops being TOML.
[[nodiscard]] std::variant<TomlNode, FileError> read_toml(std::string_view text,
                                                          std::string_view file_name);

/// What a file of errors is collected in.
class ErrorList {
 public:
  explicit ErrorList(std::string file_name) : file_name_(std::move(file_name)) {}

  void add(int line, std::string message, std::string remedy);

  [[nodiscard]] bool empty() const { return errors_.empty(); }

  [[nodiscard]] std::vector<FileError> take_sorted();

 private:
  std::string file_name_;
  std::vector<FileError> errors_;
};

/// The nearest of `words` within a third of the word's length, or empty.
[[nodiscard]] std::string nearest(std::string_view word, std::span<const std::string> words);
/// "did you mean "x"?" or "one of: a, b, c".
[[nodiscard]] std::string did_you_mean(std::string_view word, std::span<const std::string> words);
/// "10m", "90s", "1h", "250ms", "7d"; empty if it is none of them.
[[nodiscard]] std::optional<std::chrono::milliseconds> duration_of(std::string_view text);
/// The shortest spelling that `duration_of` reads back.
[[nodiscard]] std::string print_duration(std::chrono::milliseconds duration);
/// "4096", "64KiB", "256MiB", "1GiB"; empty if it is none of them.
[[nodiscard]] std::optional<std::uint64_t> byte_size_of(std::string_view text);
/// A TOML basic string with its quotes.
[[nodiscard]] std::string toml_quoted(std::string_view text);

/// One table that is being read. Each question also makes the key known; a value of the wrong kind or
/// out of range is added to the errors, and the default stands.
class TomlTable {
 public:
  /// `where` names the table in messages: "[upstream]".
  TomlTable(const TomlNode& node, std::string where, ErrorList& errors);

  [[nodiscard]] const TomlNode* find(std::string_view key);
  [[nodiscard]] std::optional<std::string> string(std::string_view key);
  [[nodiscard]] std::optional<bool> boolean(std::string_view key);
  [[nodiscard]] std::optional<std::int64_t> integer(std::string_view key,
                                                    std::int64_t least,
                                                    std::int64_t most);
  [[nodiscard]] std::optional<std::chrono::milliseconds> duration(std::string_view key,
                                                                  std::chrono::milliseconds least,
                                                                  std::chrono::milliseconds most);
  [[nodiscard]] std::optional<std::uint64_t> byte_size(std::string_view key,
                                                       std::uint64_t least,
                                                       std::uint64_t most);
  /// One of `words`; anything else is an error.
  [[nodiscard]] std::optional<std::string> word(std::string_view key,
                                                std::initializer_list<const char*> words);

  /// An array of strings; empty if absent or wrong.
  struct Item {
    std::string text;
    int line = 0;
  };

  [[nodiscard]] std::vector<Item> strings(std::string_view key);
  /// The table of that name; null if absent or wrong.
  [[nodiscard]] const TomlNode* table(std::string_view key);

  /// Adds an error for a required key that is missing.
  void missing(std::string_view key, std::string remedy);
  void error(int line, std::string message, std::string remedy);
  /// Adds an error for each key that nobody asked for.
  void finish();

  [[nodiscard]] int line() const { return node_.line; }

  [[nodiscard]] const std::string& where() const { return where_; }

 private:
  void wrong_kind(std::string_view key, const TomlNode& value, std::string_view wanted);

  const TomlNode& node_;
  std::string where_;
  ErrorList& errors_;
  std::vector<std::string> known_;
};

}  // namespace pgveil::policy
