#pragma once

/// What a session has done by others on worker threads: planning, evaluation on the twin, the audit
/// log. Abstract, so that tests script them; proxy/cli wires the real ones. The session itself
/// (brain.hpp) never calls a function here that waits: it asks for jobs (actions.hpp), and whoever
/// drives it calls these and hands the results back.
/// Threads: every function may be called from any thread at the same time.

#include "policy/rewrite/plan.hpp"
#include "policy/sql/statement.hpp"
#include "protocol/copy/options.hpp"
#include "protocol/message/errors.hpp"
#include "protocol/message/rows.hpp"
#include "proxy/session/literal.hpp"
#include "proxy/session/settings.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace pgveil::proxy {

/// Who is at the other end; fixed at login.
struct SessionIdentity {
  std::uint64_t session = 0;  // our own number
  std::string login;          // the database user that authenticated
  std::string database;
  std::string application_name;  // at login; may be set later
  std::string client_address;
  bool tls = false;
  std::string method = "SCRAM-SHA-256";  // how the client proved who it is
};

// ---------------------------------------------------------------- planning

/// Versions of what plans are made from. A plan of another epoch is made again before it is used.
struct Epochs {
  std::uint64_t policy = 0;
  std::uint64_t catalog = 0;

  friend bool operator==(const Epochs&, const Epochs&) = default;
};

struct PlanRequest {
  std::string sql;                                      // exactly one statement, the client's text
  std::vector<std::uint32_t> declared_parameter_types;  // of Parse; 0: to be inferred
  SessionSettings settings;
  std::string login;
  std::string current_user;
  bool simple_protocol = false;  // text results, no parameters
  bool in_block = false;         // BEGIN has been
};

struct PreparedPlan;

/// What a statement has to do with names that live in the session. Names are as the server reads them.

/// PREPARE: what EXECUTE of that name stands for.
struct SqlPrepare {
  std::string name;
  std::string sql;
  std::vector<std::string> argument_types;  // SQL
};

struct SqlExecute {
  std::string name;
  std::vector<policy::sql::ExecuteArgument> arguments;
};

struct SqlDeclare {
  std::string name;
  std::string sql;                           // the query
  std::string prefix;                        // DECLARE … FOR
  std::shared_ptr<const PreparedPlan> rows;  // of the query; null: the cursor is the server's alone
  bool hold = false;
  bool no_scroll = false;
  bool binary = false;
};

struct SqlFetch {
  std::string name;
  std::string sql;
  bool move = false;
  policy::sql::FetchDirection direction = policy::sql::FetchDirection::Forward;
  std::int64_t count = 1;
  /// The cursor that the plan was made for; null: one that the server alone knows.
  std::shared_ptr<const void> cursor;
};

struct SqlClose {
  std::string name;  // empty: ALL
};

/// DDL.
struct SqlSchema {
  bool temporary = false;  // as far as the statement and the twin tell
  bool drop_on_commit = false;
  bool drops = false;
  bool cascade = false;
  std::string creates;  // name of a relation
  bool if_not_exists = false;
  std::string twin_sql;  // what tells the twin of it; empty: the statement itself
  std::vector<SealedInBlock> sealed;
  std::vector<std::string> names;  // relations that it mentions, which may be temporary ones
};

/// DISCARD TEMP, DISCARD ALL.
struct SqlDiscardTemp {};

struct SqlTransaction {
  policy::sql::TransactionKind kind = policy::sql::TransactionKind::None;
  std::string name;  // of a savepoint
  bool chain = false;
};

using SqlName = std::variant<std::monostate,
                             SqlPrepare,
                             SqlExecute,
                             SqlDeclare,
                             SqlFetch,
                             SqlClose,
                             SqlSchema,
                             SqlDiscardTemp,
                             SqlTransaction>;

/// COPY of tagged columns is done row by row. TO: the decision is that of the query in its place, whose
/// rows become the data. FROM: the decision is the COPY that is sent, and the client's rows are read,
/// sealed and written again.
struct CopyPlan {
  protocol::copy::Direction direction = protocol::copy::Direction::To;
  protocol::copy::Options options;
  std::vector<std::string> columns;
  std::string table;                            // as errors name it
  std::string query;                            // To
  protocol::RowDescription rows;                // To: of the query
  std::vector<policy::ServerParameter> sealed;  // From: client_index is the column, from 1
  std::optional<std::size_t> subject;           // From: the column that names the patient
  policy::TypeOid subject_type = 0;
};

/// A plan with all that a session needs to run it. Immutable; shared between sessions.
struct PreparedPlan {
  policy::Plan plan;
  std::vector<std::uint32_t> parameter_types;  // the client's view
  std::vector<std::string> argument_types;     // the same in SQL; empty: one of them has no name
  SqlName sql_name;
  /// The client's RowDescription, formats 0; absent: no rows.
  std::optional<protocol::RowDescription> columns;
  /// Each literal of the statement that the plan was made from, by index.
  std::vector<LiteralText> literals;
  /// The client's tag, where the statement that is sent has another; empty: the server's.
  std::string command_tag;
  /// What the client gets when plan.decision is Refuse. Empty: a general 0A000.
  protocol::ErrorFields refusal;
  Epochs epochs;
  /// plan.evidence as begin records have it: proxy/audit/record.hpp.
  std::string audit_evidence;
  std::shared_ptr<const CopyPlan> copy;  // null: no COPY, or one that passes
  /// Other literals in the same places give the same plan, but for plan.guards.
  bool cacheable_by_shape = false;
  /// It asks whether it stands in a transaction block: DECLARE, LOCK TABLE, SET LOCAL, VACUUM …
  bool wants_block = false;

  [[nodiscard]] bool copies_out() const {
    return copy != nullptr && copy->direction == protocol::copy::Direction::To;
  }

  [[nodiscard]] bool copies_in() const {
    return copy != nullptr && copy->direction == protocol::copy::Direction::From;
  }

  /// Columns of the rows that the plan yields: what the client is shown, or what is copied out.
  [[nodiscard]] std::size_t row_columns() const {
    return copies_out() ? copy->rows.size() : columns ? columns->size() : 0;
  }
};

/// An error is what PostgreSQL says of the statement (unknown column, wrong type …), with a position
/// in the request's own text.
using PlanResult = std::variant<std::shared_ptr<const PreparedPlan>, protocol::ErrorFields>;

/// One statement of a Query text: bytes [offset, offset + length), without its semicolon.
struct StatementText {
  std::size_t offset = 0;
  std::size_t length = 0;
};

/// Empty for a text without any statement. An error (42601, 54000) is about the whole text.
using SplitResult = std::variant<std::vector<StatementText>, protocol::ErrorFields>;

class Planner {
 public:
  virtual ~Planner() = default;
  [[nodiscard]] virtual SplitResult split(std::string_view sql) = 0;
  [[nodiscard]] virtual PlanResult plan(const PlanRequest& request) = 0;
  /// Cheap. Everything about login and user that a plan depends on (policy role, a schema that "$user"
  /// finds …): logins with the same key share plans.
  [[nodiscard]] virtual std::string role_key(std::string_view login,
                                             std::string_view current_user) const = 0;
  /// Cheap.
  [[nodiscard]] virtual Epochs epochs() const = 0;
  /// A session's DDL took effect: the twin must follow before the next plan is made.
  virtual void schema_changed(std::string_view statement, const SessionSettings& settings) = 0;
};

// ---------------------------------------------------------------- evaluation on the twin

/// A value of the client's Bind.
struct ClientValue {
  std::int16_t format = 0;
  std::optional<protocol::Bytes> bytes;  // absent: NULL
};

/// The decrypted rows of a slice, ready to be loaded.
struct SlicePayload {
  /// Per relation of policy::Slice, a complete binary COPY stream (signature to trailer); empty: no
  /// rows.
  std::vector<protocol::Bytes> relations;
  /// Per policy::Slice::server_values, in binary form; absent: NULL.
  std::vector<std::optional<protocol::Bytes>> server_values;
  std::uint64_t rows = 0;
};

struct EvaluateRequest {
  std::shared_ptr<const PreparedPlan> plan;  // Split or Local
  std::string sql;  // Split: slice.twin_sql with its slots filled; Local: the client's statement
  std::vector<ClientValue> parameters;       // as the client bound them
  SlicePayload slice;                        // Split
  std::vector<std::int16_t> result_formats;  // one per column of the client's answer
  SessionSettings settings;
  std::string login;
  std::uint64_t max_result_bytes = 0;  // 54000 beyond
};

struct EvaluatedRows {
  protocol::Bytes data_rows;          // complete DataRow messages in the client's formats
  std::vector<std::size_t> row_ends;  // end of each message in data_rows
  std::string command_tag;            // "SELECT 3"
  /// Values of the hidden subject columns: subjects[i] belongs to Slice::hidden_subjects[i].
  std::vector<std::vector<std::string>> subjects;
  /// Of a Split that writes: what is to be stored, in the formats of WriteBack. A row has the ctid, if
  /// the rows are there already, and the columns.
  std::vector<std::vector<std::optional<protocol::Bytes>>> written;
};

using EvaluateResult = std::variant<EvaluatedRows, protocol::ErrorFields>;

/// A value that the native codecs leave to PostgreSQL: read `bytes` as type `from`, cast to `to`, apply
/// `typmod` (-1: none), answer the binary form.
struct Conversion {
  std::uint32_t from = 0;
  std::uint32_t to = 0;
  std::int32_t typmod = -1;
  std::int16_t format = 0;  // of `bytes`
  protocol::Bytes bytes;
};

/// One entry per conversion. An error is PostgreSQL's own (22P02, 22007 …).
using ConvertResult = std::vector<std::variant<protocol::Bytes, protocol::ErrorFields>>;

/// A running evaluation can be cancelled from another thread.
class CancelToken {
 public:
  virtual ~CancelToken() = default;
  virtual void cancel() = 0;
};

class Evaluator {
 public:
  virtual ~Evaluator() = default;
  /// `on_running` gets a token as soon as there is something to cancel; the token may outlive the call.
  [[nodiscard]] virtual EvaluateResult evaluate(
      const EvaluateRequest& request,
      const std::function<void(std::shared_ptr<CancelToken>)>& on_running) = 0;
  [[nodiscard]] virtual ConvertResult convert(const std::vector<Conversion>& conversions,
                                              const SessionSettings& settings) = 0;
};

// ---------------------------------------------------------------- audit

/// Which statement of which session a record is about; unique for the life of the process.
struct StatementId {
  std::uint64_t session = 0;
  std::uint64_t statement = 0;

  friend bool operator==(const StatementId&, const StatementId&) = default;
};

struct BeginRecord {
  StatementId id;
  std::shared_ptr<const SessionIdentity> who;
  std::string current_user;
  std::string application_name;              // as set now
  std::shared_ptr<const PreparedPlan> plan;  // its evidence; Refuse: a denial
  /// False: nobody waits for it before the end record, or flush.
  bool at_once = true;
};

/// The end of a statement. A statement that concerns very many patients gives several: all but the last
/// carry patients only.
struct EndRecord {
  StatementId id;
  bool last = true;
  std::uint64_t rows = 0;
  /// Patients: subjects[i] belongs to Evidence::subjects[i]. Sorted, unique within the record.
  std::vector<std::vector<std::string>> subjects;
  std::string sqlstate = "00000";  // outcome
};

/// `done(true)`: the record is on disk. Called once, from any thread, possibly before the call returns.
class Auditor {
 public:
  virtual ~Auditor() = default;
  virtual void begin(BeginRecord record, std::function<void(bool durable)> done) = 0;
  virtual void end(EndRecord record, std::function<void(bool durable)> done) = 0;
  /// Somebody waits for a begin record that was not wanted at once.
  virtual void flush() = 0;
};

}  // namespace pgveil::proxy
