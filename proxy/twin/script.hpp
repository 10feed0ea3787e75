#pragma once

/// Cuts the text that pg_dump -s writes into its entries, so that each can be kept, changed or left
/// out. An entry starts at a comment `-- Name: …; Type: …; Schema: …; Owner: …` that stands between
/// statements; the same text inside a string, a quoted name or a function body is part of that.
/// Source: PostgreSQL, src/bin/pg_dump/pg_backup_archiver.c, _printTocEntry.
/// Errors: none; what is not understood stays in the text of its entry.

#include <string>
#include <string_view>
#include <vector>

namespace pgveil::proxy::twin {

struct DumpEntry {
  std::string type;    // "TABLE", "FK CONSTRAINT", …; empty for the settings at the start
  std::string name;    // as the comment has it; with pg_dump's own quoting of line ends
  std::string schema;  // "-" if it lies in none
  std::string sql;     // the statements, with comments; psql's backslash commands are taken out

  /// "FUNCTION public.f(integer)"
  [[nodiscard]] std::string label() const;
};

[[nodiscard]] std::vector<DumpEntry> split_dump(std::string_view text);

/// `name` in double quotes, always.
[[nodiscard]] std::string quote_name(std::string_view name);
/// E'…', right under every setting of standard_conforming_strings.
[[nodiscard]] std::string quote_text(std::string_view text);

}  // namespace pgveil::proxy::twin
