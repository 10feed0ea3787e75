#include "policy/sql/statement.hpp"

namespace pgveil::policy::sql {

const char* name(StatementKind kind) {
  switch (kind) {
    case StatementKind::Select:
      return "SELECT";
    case StatementKind::Insert:
      return "INSERT";
    case StatementKind::Update:
      return "UPDATE";
    case StatementKind::Delete:
      return "DELETE";
    case StatementKind::Merge:
      return "MERGE";
    case StatementKind::SelectInto:
      return "SELECT INTO";
    case StatementKind::CreateTableAs:
      return "CREATE TABLE AS";
    case StatementKind::View:
      return "VIEW";
    case StatementKind::Transaction:
      return "TRANSACTION";
    case StatementKind::Set:
      return "SET";
    case StatementKind::SetConstraints:
      return "SET CONSTRAINTS";
    case StatementKind::Show:
      return "SHOW";
    case StatementKind::Discard:
      return "DISCARD";
    case StatementKind::Prepare:
      return "PREPARE";
    case StatementKind::Execute:
      return "EXECUTE";
    case StatementKind::Deallocate:
      return "DEALLOCATE";
    case StatementKind::Declare:
      return "DECLARE";
    case StatementKind::Fetch:
      return "FETCH";
    case StatementKind::ClosePortal:
      return "CLOSE PORTAL";
    case StatementKind::Copy:
      return "COPY";
    case StatementKind::Explain:
      return "EXPLAIN";
    case StatementKind::Listen:
      return "LISTEN";
    case StatementKind::Notify:
      return "NOTIFY";
    case StatementKind::Unlisten:
      return "UNLISTEN";
    case StatementKind::Lock:
      return "LOCK";
    case StatementKind::Truncate:
      return "TRUNCATE";
    case StatementKind::Vacuum:
      return "VACUUM";
    case StatementKind::Analyze:
      return "ANALYZE";
    case StatementKind::Cluster:
      return "CLUSTER";
    case StatementKind::Reindex:
      return "REINDEX";
    case StatementKind::Refresh:
      return "REFRESH";
    case StatementKind::Comment:
      return "COMMENT";
    case StatementKind::Grant:
      return "GRANT";
    case StatementKind::Role:
      return "ROLE";
    case StatementKind::System:
      return "SYSTEM";
    case StatementKind::Code:
      return "CODE";
    case StatementKind::Ddl:
      return "DDL";
    case StatementKind::Do:
      return "DO";
    case StatementKind::Call:
      return "CALL";
    case StatementKind::Checkpoint:
      return "CHECKPOINT";
    case StatementKind::Load:
      return "LOAD";
    case StatementKind::Other:
      return "OTHER";
  }
  return "OTHER";
}

}  // namespace pgveil::policy::sql
