#include "protocol/message/errors.hpp"
#include "protocol/message/query.hpp"
#include "proxy/session/brain_core.hpp"

namespace pgveil::proxy {

namespace {

using policy::sql::TransactionKind;

constexpr std::string_view kHidden = "pgveil_companion";

protocol::ErrorFields only_in_blocks(const std::string& what) {
  return protocol::make_error("ERROR", "25P01", what + " can only be used in transaction blocks");
}

}  // namespace

/// PostgreSQL makes one block of a Query of several statements, which DECLARE, LOCK TABLE, SET LOCAL or
/// VACUUM ask for; pieces have none. Where one of those comes, a block of our own is opened that the client
/// does not see: what ends or begins a block there is answered as PostgreSQL does in a block that nobody
/// has begun.
/// Source: src/backend/access/transam/xact.c, TBLOCK_IMPLICIT_INPROGRESS.
void BrainCore::open_own_block(const PlannedStatement& statement, Actions& out) {
  Piecewise& pieces = *piecewise_;
  if (!statement.plan->wants_block || !pieces.several || pieces.in_block || pieces.own_block) {
    return;
  }
  pieces.own_block = true;
  send_hidden("BEGIN", Shown::ErrorsOnly, out);
}

/// The next piece begins or ends a block. An error: what the client gets for it.
std::optional<protocol::ErrorFields> BrainCore::change_block(const PlannedStatement& statement,
                                                             Actions& out) {
  Piecewise& pieces = *piecewise_;
  pieces.adopts_block = false;
  const auto* transaction = std::get_if<SqlTransaction>(&statement.plan->sql_name);
  if (transaction == nullptr) {
    return std::nullopt;
  }
  const bool own = pieces.own_block;
  switch (transaction->kind) {
    case TransactionKind::Begin:
      pieces.adopts_block = own;
      pieces.own_block = false;
      pieces.in_block = true;
      return std::nullopt;
    case TransactionKind::Commit:
    case TransactionKind::Rollback:
    case TransactionKind::Prepare:
      if (own && transaction->chain) {
        return only_in_blocks(transaction->kind == TransactionKind::Commit ? "COMMIT AND CHAIN"
                                                                           : "ROLLBACK AND CHAIN");
      }
      if (own) {
        protocol::encode_notice_response(
            out.to_client,
            protocol::make_error("WARNING", "25P01", "there is no transaction in progress"));
      }
      pieces.own_block = false;
      pieces.in_block = pieces.in_block && transaction->chain;
      return std::nullopt;
    case TransactionKind::Savepoint:
      return own ? std::optional(only_in_blocks("SAVEPOINT")) : std::nullopt;
    case TransactionKind::Release:
      return own ? std::optional(only_in_blocks("RELEASE SAVEPOINT")) : std::nullopt;
    case TransactionKind::RollbackTo:
      return own ? std::optional(only_in_blocks("ROLLBACK TO SAVEPOINT")) : std::nullopt;
    case TransactionKind::None:
    case TransactionKind::CommitPrepared:
    case TransactionKind::RollbackPrepared:
      return std::nullopt;
  }
  return std::nullopt;
}

/// Behind the last piece. A failed block is rolled back behind a Sync that the client does not see.
void BrainCore::close_own_block(bool failed, Actions& out) {
  piecewise_->own_block = false;
  if (!failed) {
    send_hidden("COMMIT", Shown::ErrorsOnly, out);
    return;
  }
  Owing entry;
  entry.kind = Owed::Sync;
  entry.shown = Shown::Nothing;
  protocol::encode_sync(out.to_server);
  owe(std::move(entry));
  send_hidden("ROLLBACK", Shown::Nothing, out);
}

/// A statement of our own between the client's.
void BrainCore::send_hidden(std::string_view sql, Shown shown, Actions& out) {
  protocol::encode_close(out.to_server, {protocol::Target::Statement, kHidden});
  protocol::encode_parse(out.to_server, {kHidden, sql, {}});
  protocol::Bind bind;
  bind.portal = kHidden;
  bind.statement = kHidden;
  protocol::encode_bind(out.to_server, bind);
  protocol::encode_execute(out.to_server, {kHidden, 0});
  protocol::encode_close(out.to_server, {protocol::Target::Portal, kHidden});
  for (const Owed kind :
       {Owed::CloseStatement, Owed::Parse, Owed::Bind, Owed::Execute, Owed::ClosePortal}) {
    Owing entry;
    entry.kind = kind;
    entry.shown = shown;
    if (kind == Owed::Execute) {
      entry.runs.push_back(std::make_unique<Run>());
    }
    owe(std::move(entry));
  }
  batch_open_ = true;
}

}  // namespace pgveil::proxy
