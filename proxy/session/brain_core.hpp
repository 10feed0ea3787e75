#pragma once

/// The inside of Brain. One class, its conversations in files of their own:
///   client_side.cpp      frames of the client, who may be read when
///   server_side.cpp      frames of the server, matched with the reply queue
///   planning.cpp         what must be known before a statement is planned; plans
///   simple_query.cpp     Query
///   piecewise.cpp        a Query whose statements must run one by one
///   own_block.cpp        the block that PostgreSQL makes of such a Query
///   extended_query.cpp   Parse, Describe, Close, Sync
///   bind.cpp             Bind, and plans that went stale
///   execute.cpp          Execute, answers served from a portal
///   replies.cpp          rows, descriptions, tags on their way back
///   evaluation.cpp       what the twin answers
///   fetch_binary.cpp     rows of a computed cursor that are wanted in binary
///   split_write.cpp      what the twin made is stored
///   audit_flow.cpp       begin and end records
///   copy_flow.cpp        COPY of tagged columns
///   failure.cpp          refusals, errors of our own, the end of the session
///
/// A handler of a message either takes it or waits: then the message stays where it is and the handler is
/// called again when something has changed. What was found out meanwhile is in `work_` (client) and in
/// the Run (server).
///   client: Reading ──needs plan, conversion, audit, settings──▶ Waiting ──result──▶ Reading
///   server: Reading ──row before durable, Split at its end, Z before end record──▶ Waiting ──▶ Reading

#include "protocol/frame.hpp"
#include "protocol/message/query.hpp"
#include "proxy/session/brain.hpp"
#include "proxy/session/error_scrub.hpp"
#include "proxy/session/inbox.hpp"
#include "proxy/session/reply_queue.hpp"
#include "proxy/session/session_schema.hpp"
#include "proxy/session/settings_probe.hpp"

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <unordered_set>
#include <vector>

namespace pgveil::proxy {

class CopyIn;

enum class Taken { Yes, Wait };

/// Result formats for the server's Bind: binary for sealed cells and slices, text for hidden columns.
[[nodiscard]] std::vector<std::int16_t> upstream_formats(
    const PreparedPlan& plan, const std::vector<std::int16_t>& client_formats);

[[nodiscard]] std::vector<std::int16_t> output_formats(
    const std::vector<policy::ServerOutput>& outputs,
    const std::vector<std::int16_t>& client_formats);

/// What was found out about the client's current message.
struct Work {
  bool waiting = false;  // for the job of `ticket`
  Ticket ticket{0};
  std::optional<PlannedText> planned;
  bool names_resolved = false;  // of EXECUTE and FETCH in it
  /// The text that was planned, where it is not the client's: what an EXECUTE stands for. `executed` is
  /// the plan of the EXECUTE itself.
  std::string expansion;
  std::optional<PlannedText> executed;
  bool foreign = false;  // planned without what UTF-8 cannot read: only the server may run it
  /// A value could not be stored: what PostgreSQL itself says of the statement.
  bool asking_again = false;
  std::optional<PlannedText> second_opinion;
  /// Results per fill of the message, in order; a fill that needs none has an empty one.
  std::vector<std::optional<ConvertResult>> converted;
  std::size_t converting = 0;
  std::vector<std::unique_ptr<Run>> runs;  // begun ahead of sending
  bool runs_ready = false;
  bool cancelled = false;

  /// Nothing has been found out: most messages.
  [[nodiscard]] bool is_fresh() const {
    return !waiting && !planned && !executed && !second_opinion && !cancelled && runs.empty() &&
           converted.empty() && expansion.empty();
  }
};

/// A Query whose statements run one by one, as messages of our own.
struct Piecewise {
  std::string text;
  std::size_t at = 0;  // byte where the statements that are not planned yet start
  std::shared_ptr<const TextPlan> plans;       // of the text from `at`, or of the expansion
  std::string expansion;                       // of an EXECUTE
  std::size_t next = 0;                        // of plans
  std::optional<protocol::ErrorFields> error;  // of the statement behind the last of plans
  bool more = false;                           // statements are left behind the last of plans
  std::size_t more_at = 0;
  bool several = false;    // statements
  bool in_block = false;   // the client has begun one
  bool own_block = false;  // one that the client does not see
  bool adopts_block =
      false;  // the client's BEGIN makes it the client's: nothing is wrong with that
};

class BrainCore {
 public:
  BrainCore(BrainServices services,
            SessionIdentity identity,
            const std::vector<std::pair<std::string, std::string>>& parameter_status,
            SessionLimits limits);
  ~BrainCore();

  void on_client_bytes(protocol::ByteView bytes, Actions& out);
  void on_server_bytes(protocol::ByteView bytes, Actions& out);
  void on_client_eof(Actions& out);
  void on_server_eof(Actions& out);
  void on_planned(Ticket ticket, PlannedText planned, Actions& out);
  void on_converted(Ticket ticket, ConvertResult converted, Actions& out);
  void on_evaluated(Ticket ticket, EvaluateResult result, Actions& out);
  void on_audit(Ticket ticket, bool durable, Actions& out);
  void on_schema_followed(Ticket ticket, Actions& out);
  void on_cancel_requested(Actions& out);
  void on_cancel_sent(Actions& out);
  void on_deadline(const protocol::ErrorFields& why, Actions& out);

  [[nodiscard]] bool wants_client_bytes() const;
  [[nodiscard]] bool wants_server_bytes() const;
  [[nodiscard]] bool is_idle();
  [[nodiscard]] bool awaits_client();

  [[nodiscard]] protocol::BlockState block_state() const { return block_; }

  [[nodiscard]] const SessionSettings& settings() const { return settings_->value; }

  [[nodiscard]] bool is_finished() const { return finished_; }

 private:
  // client_side.cpp
  void pump(Actions& out);
  bool step_client(Actions& out);
  void drop_work(Actions& out);
  bool step_client_frame(Actions& out);
  bool stream_client(Actions& out);
  bool start_client_stream(const protocol::FrameHeader& header, Actions& out);
  [[nodiscard]] bool holds_for_unsettled(char type);
  Taken on_client_message(const protocol::MessageView& message, Actions& out);
  Taken on_too_large(const protocol::FrameHeader& header, Actions& out);
  Taken on_terminate(Actions& out);
  void leave(Actions& out);
  void forward_to_server(protocol::ByteView bytes, Actions& out);
  void ensure_flush(Actions& out);

  // server_side.cpp
  bool step_server(Actions& out);
  bool stream_server(Actions& out);
  std::size_t plain_rows(protocol::ByteView pending);
  [[nodiscard]] bool forwards_rows();
  Taken on_server_message(const protocol::MessageView& message, Actions& out);
  [[nodiscard]] bool overtakes_held_rows(char type);
  Taken on_async(const protocol::MessageView& message, Actions& out);
  Taken on_error(const protocol::MessageView& message, Actions& out);
  Taken on_ready(const protocol::MessageView& message, Actions& out);
  void show(const protocol::MessageView& message, Actions& out);

  // planning.cpp
  [[nodiscard]] bool may_plan(Actions& out);
  [[nodiscard]] bool in_transaction() const;
  PlannedText* plan(std::string_view sql,
                    const std::vector<std::uint32_t>& types,
                    bool simple,
                    Actions& out);
  [[nodiscard]] std::string_view role_key(const Epochs& epochs);
  PlannedText* resolve_names(bool simple, Actions& out);
  [[nodiscard]] std::shared_ptr<const PreparedPlan> resolve_fetch(
      const std::shared_ptr<const PreparedPlan>& plan) const;
  std::optional<std::variant<std::string, protocol::ErrorFields>> fill_sql(
      const PreparedPlan& plan,
      const std::vector<LiteralText>& literals,
      std::string_view text,
      std::size_t index,
      Actions& out);
  void ask_again(std::string_view text, Actions& out);
  void ask_conversions(std::vector<Conversion> conversions, std::size_t index, Actions& out);
  const ConvertResult* converted(std::size_t index);
  void settings_answered();
  void set_settings(SessionSettings settings);
  void on_effect(const Run& run, Actions& out);
  void prepare_by_sql(const Run& run);
  void end_block(bool committed, Actions& out);
  void use_prelude();
  void declare(Run& run);
  Owing& owe(Owing&& entry);
  void release(Run& run);

  // simple_query.cpp
  Taken on_query(const protocol::MessageView& message, Actions& out);
  Taken refuse_query(const protocol::ErrorFields& error, FailsAt at, Actions& out);
  Taken send_query(const protocol::MessageView& message, std::string_view sql, Actions& out);
  Taken fill_runs(std::string_view sql, Actions& out);
  Taken begin_runs_ahead(Actions& out);
  [[nodiscard]] std::vector<std::unique_ptr<Run>> make_runs(const PlannedText& planned,
                                                            std::string_view sql) const;
  Taken on_function_call(const protocol::MessageView& message, Actions& out);

  // piecewise.cpp
  void start_piecewise(std::string_view sql, PlannedText planned);
  bool step_piecewise(Actions& out);
  bool plan_next_pieces(Actions& out);
  bool step_piece(Actions& out);
  [[nodiscard]] std::string_view piece_text(const PlannedStatement& statement) const;
  void send_piece(const PlannedStatement& statement,
                  std::unique_ptr<Run> run,
                  std::string sql,
                  Actions& out);

  // own_block.cpp
  void open_own_block(const PlannedStatement& statement, Actions& out);
  std::optional<protocol::ErrorFields> change_block(const PlannedStatement& statement,
                                                    Actions& out);
  void close_own_block(bool failed, Actions& out);
  void send_hidden(std::string_view sql, Shown shown, Actions& out);

  // extended_query.cpp
  Taken on_parse(const protocol::MessageView& message, Actions& out);
  Taken on_describe(const protocol::MessageView& message, Actions& out);
  Taken on_close(const protocol::MessageView& message, Actions& out);
  Taken on_sync(const protocol::MessageView& message, Actions& out);
  Taken refuse_extended(std::string_view name,
                        const protocol::ErrorFields& error,
                        FailsAt at,
                        Actions& out);
  Taken refuse_missing(Owed kind, const protocol::ErrorFields& error);
  [[nodiscard]] std::string upstream_name(std::string_view name, PlanKind kind, char letter);

  // bind.cpp
  Taken on_bind(const protocol::MessageView& message, Actions& out);
  Taken bind_planned(const protocol::Bind& bind,
                     const std::shared_ptr<Statement>& statement,
                     Actions& out);
  /// The statement as it must be used now; null: wait. An error in `refusal`: it cannot be.
  std::shared_ptr<Statement> refresh(const std::shared_ptr<Statement>& statement,
                                     std::optional<protocol::ErrorFields>& refusal,
                                     Actions& out);

  std::shared_ptr<Statement> prepare_again(const Statement& old,
                                           const PlannedStatement& now,
                                           std::optional<protocol::ErrorFields>& refusal,
                                           Actions& out);

  // execute.cpp
  Taken on_execute(const protocol::MessageView& message, Actions& out);
  [[nodiscard]] std::unique_ptr<Run> make_run(const Portal* portal) const;
  [[nodiscard]] std::optional<protocol::ErrorFields> unusable_portal(const Portal* portal) const;
  void serve_rows(Owing& entry, Actions& out);

  // replies.cpp
  Taken on_description(Owing& entry, const protocol::MessageView& message, Actions& out);
  Taken on_row(Owing& entry, const protocol::MessageView& message, Actions& out);
  Taken on_statement_end(Owing& entry, const protocol::MessageView& message, Actions& out);
  Taken on_copy_response(Owing& entry, const protocol::MessageView& message, Actions& out);
  void confirm(const Owing& entry, Actions& out);
  void finish_run(Owing& entry, Run& run, Actions& out);
  [[nodiscard]] RowOpening* opener_of(Owing& entry, Run& run);

  // evaluation.cpp
  Taken evaluate(Owing& entry, Run& run, Actions& out);
  [[nodiscard]] bool holds_request() const;
  static void copy_rows(Run& run, const EvaluatedRows& rows, Actions& out);

  // fetch_binary.cpp
  void start_fetch(const Owing& entry, Run& run, const SqlFetch& fetch, Actions& out);
  void convert_fetched(Run& run, Actions& out);
  bool on_fetch_converted(Ticket ticket, ConvertResult& converted, Actions& out);
  void start_evaluation(Owing& entry, Run& run, Actions& out);
  static void add_hidden_subjects(const Run& run, Subjects hidden, Subjects& subjects);
  static void merge_subjects(Subjects more, Subjects& subjects);

  // split_write.cpp
  void send_write(Owing& entry, Run& run, Actions& out);
  [[nodiscard]] std::optional<protocol::ErrorFields> fill_write(const Owing& entry,
                                                                const Run& run,
                                                                std::string& sql,
                                                                std::vector<ServerValue>& values);
  static void keep_returned(Owing& entry, const Run& run, std::size_t before, Actions& out);
  Taken on_written(Owing& entry, Run& run, const protocol::MessageView& message, Actions& out);

  // copy_flow.cpp
  enum class CopyDataGoes { In, Upstream, Nowhere, Waits };
  bool on_copy_started(Owing& entry, Actions& out);
  [[nodiscard]] CopyDataGoes copy_data_goes();
  [[nodiscard]] bool is_sent_refused();
  void drop_copy_data();
  Taken on_copy_message(const protocol::MessageView& message, Actions& out);
  void feed_copy(protocol::ByteView data, Actions& out);
  void advance_copy(bool last, Actions& out);
  bool hurry_copy(Actions& out);
  bool on_copy_converted(Ticket ticket, ConvertResult& converted, Actions& out);
  void on_copy_error(const Owing& entry,
                     const protocol::ErrorFields& server,
                     protocol::ErrorFields& shown);
  void leave_copy(const Run& run);

  // audit_flow.cpp
  void begin_record(Run& run, bool ahead, Actions& out);
  [[nodiscard]] protocol::Bytes* row_target(Run& run, Actions& out);
  void end_record_early(Owing& entry, Run& run, Actions& out);
  void end_record(Run& run, Subjects subjects, std::string_view sqlstate, Actions& out);
  void end_open_records(std::string_view sqlstate, Actions& out);
  void drain_subjects(Run& run, Subjects subjects, Actions& out);
  void record_refusal(const std::shared_ptr<const PreparedPlan>& plan,
                      const protocol::ErrorFields& error,
                      Actions& out);

  // failure.cpp
  [[nodiscard]] ScrubContext scrub_context(const Owing& entry) const;
  [[nodiscard]] static protocol::ErrorFields under_client_names(protocol::ErrorFields error,
                                                                const Owing& entry);
  void fail_locally(Owing& entry, protocol::ErrorFields error, Actions& out);
  void after_error(std::deque<Owing> dropped, std::string_view sqlstate, Actions& out);
  void expect_again();
  void poison(Actions& out);
  void send_failing_parse(std::string_view name, FailsAt at, Actions& out);
  void fatal(const protocol::ErrorFields& error, Actions& out);
  void protocol_violation(const char* message, Actions& out);
  void close(Actions& out);

  [[nodiscard]] Ticket next_ticket() { return Ticket{++last_ticket_}; }

  BrainServices services_;
  std::shared_ptr<const SessionIdentity> identity_;
  SessionLimits limits_;
  std::string application_name_;

  Inbox client_;
  Inbox server_;
  std::size_t client_stream_left_ =
      0;  // bytes of a message that pass, or are dropped, as they come
  bool client_stream_drops_ = false;
  bool client_stream_copies_ = false;  // to copy_in_
  std::size_t server_stream_left_ = 0;
  bool client_starved_ = true;  // the last step found no whole message
  bool server_starved_ = true;
  bool client_eof_ = false;
  bool server_eof_ = false;
  bool terminated_ = false;  // Terminate was sent upstream
  bool finished_ = false;

  ReplyQueue queue_;
  NameTables names_;
  Work work_;
  std::optional<Piecewise> piecewise_;
  protocol::BlockState block_ = protocol::BlockState::Idle;
  bool batch_open_ = false;  // extended messages were sent since the last Sync or Query
  bool flush_sent_ = false;  // behind the last message that was sent
  std::size_t batch_executes_ = 0;
  std::size_t barriers_ = 0;  // runs in the queue whose effect must be known before the next plan

  SettingsPtr settings_;
  std::uint64_t settings_version_ = 1;
  std::string role_key_;  // under these two
  std::uint64_t role_key_version_ = 0;
  Epochs role_key_epochs_;
  bool settings_known_ = false;
  bool settings_touched_ = false;  // since the last ReadyForQuery outside a block
  SessionSchema schema_;
  bool failed_since_idle_ = false;
  std::optional<SettingsProbe> probe_;
  std::size_t probe_failures_ = 0;
  std::unordered_set<std::uint64_t> schema_following_;  // tickets

  /// The execution whose outcome decides whether the server must be made to fail: until it is settled
  /// only a Sync right behind it may be sent.
  Run* unsettled_ = nullptr;
  bool unsettled_synced_ = false;
  bool poisoning_ = false;  // our failing Query is on its way; its Z is the client's

  Run* copy_starting_ = nullptr;     // sent, and its CopyInResponse is still to come
  std::unique_ptr<CopyIn> copy_in_;  // of copy_run_, from then to its end
  Run* copy_run_ = nullptr;
  bool copy_failed_ = false;       // we ended it
  bool copy_client_done_ = false;  // the client ended it
  bool copy_drops_ = false;        // data that comes belongs to a COPY that has failed
  std::optional<Ticket> copy_converting_;

  std::map<std::uint64_t, Run*> begins_;    // tickets of begin records
  bool records_wanted_ = false;             // something waits for them
  std::unordered_set<std::uint64_t> ends_;  // tickets of end records
  std::uint64_t last_statement_ = 0;
  std::uint64_t last_ticket_ = 0;
  std::uint64_t last_name_ = 0;
  bool cancel_requested_ = false;
  bool cancel_in_flight_ = false;
  std::optional<Ticket> evaluation_;
  std::optional<Ticket> fetch_converting_;  // rows of the front entry's FETCH, to binary
};

}  // namespace pgveil::proxy
