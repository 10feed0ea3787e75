#pragma once

/// The session's prepared statements and portals, by the client's names, as the server will have them.
///
/// A client sends ahead: its Bind may come before the reply to its Parse. So there are two views. `expected`
/// is the table as it will be when all that was sent succeeds; new messages are read against it.
/// `confirmed` is what the server has acknowledged. When an error makes the server skip messages, the
/// expected view is made again: the confirmed one, and the entries of the reply queue that are left.
///
/// A statement that is not Pass lives upstream under a name of ours, so that SQL (EXECUTE, FETCH) cannot
/// reach it by the client's name; the unnamed ones, which SQL cannot name, stay unnamed. Entries are
/// dropped late rather than early: one that the server no longer has only leads to the server's own
/// error, while one that we forget could pass rows unopened.
/// Source: PostgreSQL, src/backend/commands/prepare.c; names count to 63 bytes.

#include "proxy/session/plan_cache.hpp"
#include "proxy/session/value_service.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace pgveil::proxy {

enum class PlanKind { Refuse, Pass, InPlace, Split, Local };

[[nodiscard]] PlanKind kind_of(const PreparedPlan& plan);

/// The part of a name that the server looks at.
[[nodiscard]] std::string_view significant(std::string_view name);

struct Statement {
  std::string name;       // the client's
  std::string upstream;   // the server's
  std::string sql;        // the client's text; of PREPARE: the statement in it
  std::string expansion;  // of EXECUTE: what it stands for, if that is what was planned
  bool executes = false;  // EXECUTE: what it means is looked up when it runs
  std::vector<std::uint32_t> declared_parameter_types;
  /// Made by PREPARE; planned when it is used.
  bool by_sql = false;
  bool placeholder = false;                 // PREPARE: upstream is something that only fails
  std::vector<std::string> argument_types;  // PREPARE
  PlannedStatement planned;                 // planned.plan null: an empty text
  std::uint64_t settings_version = 0;       // of the session, when it was planned
  bool gone = false;  // the unnamed one, dropped by a Query that the server did not see

  [[nodiscard]] PlanKind kind() const {
    return planned.plan == nullptr ? PlanKind::Pass : kind_of(*planned.plan);
  }

  /// What was planned.
  [[nodiscard]] const std::string& text() const { return expansion.empty() ? sql : expansion; }

  /// SQL types of $1 …; empty: there are none, or one has no name.
  [[nodiscard]] const std::vector<std::string>& types_of_arguments() const {
    return by_sql || planned.plan == nullptr ? argument_types : planned.plan->argument_types;
  }
};

struct Portal {
  std::string name;
  std::string upstream;
  std::shared_ptr<const Statement> statement;  // null: made by a statement that we do not know
  std::vector<ClientValue> parameters;         // Split, Local
  std::vector<std::int16_t> formats;           // one per client column
  SettingsPtr settings;                        // at Bind or DECLARE; null: gone
  std::unique_ptr<RowOpening> opener;          // InPlace, from the first row on
  /// Split, Local: the whole answer, served by one or more Executes.
  bool evaluated = false;
  EvaluatedRows rows;
  std::size_t next_row = 0;
  bool copied = false;  // COPY TO: runs once
  bool gone = false;
  std::uint64_t settings_version = 0;  // of the session, at Bind
  /// A cursor made by DECLARE. Not Pass: `statement` has the plan of its query; evaluated: the server's
  /// cursor of that name is empty and the rows are here, in text format.
  bool by_sql = false;
  bool hold = false;
  bool no_scroll = false;
  bool binary = false;       // FETCH by Query gives binary rows
  std::size_t position = 0;  // of FETCH: 0 before the first row, rows + 1 behind the last

  [[nodiscard]] PlanKind kind() const {
    return statement == nullptr ? PlanKind::Pass : statement->kind();
  }
};

class NameTables {
 public:
  using Statements = std::unordered_map<std::string, std::shared_ptr<Statement>>;
  using Portals = std::unordered_map<std::string, std::shared_ptr<Portal>>;

  /// Null: unknown. `name` may be longer than its significant part.
  [[nodiscard]] std::shared_ptr<Statement> statement(std::string_view name) const;
  [[nodiscard]] std::shared_ptr<Portal> portal(std::string_view name) const;
  [[nodiscard]] bool is_confirmed(std::string_view statement_name) const;

  void expect(std::shared_ptr<Statement> statement);
  void expect(std::shared_ptr<Portal> portal);
  void expect_closed_statement(std::string_view name);
  void expect_closed_portal(std::string_view name);

  void confirm(const std::shared_ptr<Statement>& statement);
  void confirm(const std::shared_ptr<Portal>& portal);
  void confirm_closed_statement(std::string_view name);
  void confirm_closed_portal(std::string_view name);

  /// The expected view becomes the confirmed one; the caller expects again what is still in the queue.
  void forget_expected();
  /// A transaction ended: named portals are gone, but for WITH HOLD. True: the caller expects again what is in the queue.
  [[nodiscard]] bool end_of_transaction();
  /// A Query that was not sent as one drops the unnamed statement and portal all the same. Nothing may be
  /// in the queue.
  void drop_unnamed();
  /// DEALLOCATE ALL, DISCARD ALL: named statements are gone.
  void drop_named_statements();
  /// CLOSE ALL, DISCARD ALL: named portals are gone, also those that outlive their transaction.
  void drop_named_portals();

 private:
  Statements confirmed_statements_;
  Statements expected_statements_;
  Portals confirmed_portals_;
  Portals expected_portals_;
};

}  // namespace pgveil::proxy
