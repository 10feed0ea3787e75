#pragma once

/// What a DO block does, where its text says it without doubt. Nothing of PL/pgSQL is taken that reads or
/// writes a table, calls a function or makes SQL at run time: only what migrations guard themselves with.
///
///   block      BEGIN statements [EXCEPTION WHEN condition [OR …] THEN statements …] END
///   statement  NULL | RAISE [level] ['text' [, constant …]] | CREATE TYPE name AS ENUM (…) | block
///              | IF [NOT] EXISTS (SELECT 1 FROM pg_type WHERE typname = 'name') THEN … [ELSE …] END IF
///
/// Source: PostgreSQL, "PL/pgSQL"; src/pl/plpgsql/src/pl_gram.y.

#include <optional>
#include <string_view>

namespace pgveil::policy {

struct DoBlock {
  bool makes_types = false;
  bool reads_pg_type = false;  // by a name without a schema
};

/// `sql`: the DO statement. Nothing: it is not one of those.
[[nodiscard]] std::optional<DoBlock> read_do_block(std::string_view sql);

}  // namespace pgveil::policy
