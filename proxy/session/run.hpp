#pragma once

/// One execution of one statement: an Execute, or a statement of a Query.

#include "proxy/session/actions.hpp"
#include "proxy/session/copy_out.hpp"
#include "proxy/session/error_scrub.hpp"
#include "proxy/session/names.hpp"
#include "proxy/session/row_gate.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

namespace pgveil::proxy {

struct FetchedRows;

struct Run {
  Run();
  Run(const Run&) = delete;
  Run& operator=(const Run&) = delete;
  ~Run();

  PlanKind kind = PlanKind::Pass;
  std::shared_ptr<const PreparedPlan> plan;  // null: nothing is known of the statement (Pass)
  std::vector<LiteralText> literals;
  std::vector<std::uint32_t> literal_positions;
  std::string sql;                // the client's text of this statement, where it is needed later
  protocol::ErrorFields refusal;  // Refuse: what the client gets

  RowGate gate;
  protocol::Bytes held;                  // the client's rows, until the gate opens
  std::uint64_t id = 0;                  // of its audit records
  std::unique_ptr<RowOpening> opener;    // InPlace by Query; a portal has its own
  std::unique_ptr<SliceBuilding> slice;  // Split
  std::unique_ptr<CopyOut> copy_out;     // COPY TO
  std::uint64_t rows = 0;
  std::string tag;       // of its CommandComplete, where that matters
  bool ended = false;    // the end record was asked for
  bool counted = false;  // on_statement was told

  /// Split, Local: what the twin answered.
  bool evaluating = false;
  std::optional<EvaluateResult> evaluated;
  std::unique_ptr<FetchedRows> fetched;  // FETCH: on their way to binary

  /// Split that writes: the statement that stores what the twin made is on its way.
  bool writing = false;
  std::uint64_t rows_to_lock = 0;

  std::size_t offset = 0;  // bytes [offset, offset + length) of the client's Query
  std::size_t length = 0;
  std::size_t sent_at = 0;          // characters before it in the Query that goes upstream
  std::optional<std::string> sent;  // the SQL that goes upstream, once its slots are filled
  std::optional<ScrubContext::Shift>
      shift;  // set when the client's SQL stands elsewhere in what is sent
  Ticket begin_ticket{0};
  Ticket end_ticket{0};
  bool is_barrier = false;  // nothing is planned before its effect is known

  [[nodiscard]] bool is_tagged() const { return plan != nullptr && plan->plan.touches_tagged; }

  [[nodiscard]] bool has_evidence() const {
    return plan != nullptr && !plan->plan.evidence.tables.empty();
  }

  [[nodiscard]] policy::SessionEffect effect() const {
    return plan == nullptr ? policy::SessionEffect::None : plan->plan.effect;
  }

  /// A Split whose rows are stored in the end.
  [[nodiscard]] const policy::WriteBack* write_back() const {
    const auto* split =
        plan == nullptr ? nullptr : std::get_if<policy::Split>(&plan->plan.decision);
    return kind == PlanKind::Split && split != nullptr && split->write ? &*split->write : nullptr;
  }

  /// A Split that stores rows, before or after the twin has run.
  [[nodiscard]] bool splits_write() const {
    const auto* split =
        plan == nullptr ? nullptr : std::get_if<policy::Split>(&plan->plan.decision);
    return kind == PlanKind::Split && split != nullptr && split->writes();
  }

  /// The begin record must be durable before the statement is sent.
  [[nodiscard]] bool writes() const {
    if (plan == nullptr) {
      return false;
    }
    const policy::Verb verb = plan->plan.evidence.verb;
    return verb == policy::Verb::Create || verb == policy::Verb::Change ||
           verb == policy::Verb::Delete;
  }
};

/// COPY TO: what is evaluated is its query, and the rows become its data.
void copy_into(Run& run);
/// What the client gets for a plan that refuses.
[[nodiscard]] protocol::ErrorFields refusal_of(const PreparedPlan& plan);
/// DEALLOCATE and CLOSE under the server's name of the statement or portal; everything else as it is.
[[nodiscard]] std::string as_server_knows_it(policy::SessionEffect effect,
                                             std::string_view sql,
                                             const NameTables& names);
/// Takes part in transaction state as the client's statement would, and gives no rows.
inline constexpr std::string_view kNoRows = "SELECT WHERE false";
/// PostgreSQL's errors for the unnamed ones.
[[nodiscard]] protocol::ErrorFields no_statement();
[[nodiscard]] protocol::ErrorFields no_portal();
/// Characters, as error positions count them.
[[nodiscard]] std::size_t count_characters(std::string_view utf8);

}  // namespace pgveil::proxy
