// libpq's pipeline mode: the conversations of PostgreSQL's own libpq_pipeline test (src/test/modules/libpq_pipeline),
// written anew over the clinic's tables. Arguments: connection string. Each step begins with `-- name`.

#include <libpq-fe.h>

#include <cstdio>
#include <cstdlib>
#include <poll.h>
#include <string>
#include <vector>

namespace {

PGconn* connection = nullptr;

void print(PGresult* result) {
  if (result == nullptr) {
    std::printf("(no more)\n");
    return;
  }
  std::printf("%s %s", PQresStatus(PQresultStatus(result)), PQcmdStatus(result));
  if (const char* state = PQresultErrorField(result, PG_DIAG_SQLSTATE)) {
    const char* position = PQresultErrorField(result, PG_DIAG_STATEMENT_POSITION);
    std::printf(" %s %s at %s", state, PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY),
                position != nullptr ? position : "-");
  }
  for (int row = 0; row < PQntuples(result); ++row) {
    std::printf(" [");
    for (int column = 0; column < PQnfields(result); ++column) {
      std::printf("%s%s", column > 0 ? "|" : "",
                  PQgetisnull(result, row, column) != 0 ? "NULL" : PQgetvalue(result, row, column));
    }
    std::printf("]");
  }
  std::printf("\n");
}

// Prints everything up to and including `syncs` synchronisation points.
void drain(int syncs) {
  for (int empty = 0; syncs > 0 && empty < 100;) {
    PGresult* result = PQgetResult(connection);
    print(result);
    empty += result == nullptr ? 1 : 0;
    syncs -= result != nullptr && PQresultStatus(result) == PGRES_PIPELINE_SYNC ? 1 : 0;
    PQclear(result);
  }
}

void send(const char* sql, const std::vector<const char*>& values = {}) {
  if (PQsendQueryParams(connection, sql, static_cast<int>(values.size()), nullptr, values.data(),
                        nullptr, nullptr, 0) != 1) {
    std::printf("not sent: %s", PQerrorMessage(connection));
  }
}

void run(const char* sql) {
  PGresult* result = PQexec(connection, sql);
  print(result);
  PQclear(result);
}

const char* const kName = "SELECT last_name FROM patients WHERE id = $1";
const char* const kInsert =
    "INSERT INTO patients (id, mrn, last_name, first_name, dob, state) VALUES ($1, $2, $3, 'X', "
    "'2000-01-01', 'CA')";

void disallowed() {
  PQenterPipelineMode(connection);
  run("SELECT 1");
  std::printf("send query: %d\n",
              PQsendQuery(connection, "SELECT last_name FROM patients WHERE id = 3"));
  std::printf("again: %d status %d\n", PQenterPipelineMode(connection),
              PQpipelineStatus(connection));
  std::printf("exit: %d\n", PQexitPipelineMode(connection));
  run("SELECT last_name FROM patients WHERE id = 3");
}

void simple() {
  PQenterPipelineMode(connection);
  send(kName, {"3"});
  std::printf("exit too early: %d\n", PQexitPipelineMode(connection));
  PQpipelineSync(connection);
  drain(1);
  std::printf("exit: %d\n", PQexitPipelineMode(connection));
}

void multi() {
  PQenterPipelineMode(connection);
  send(kName, {"3"});
  PQpipelineSync(connection);
  send(kName, {"4"});
  PQpipelineSync(connection);
  send("SELECT id FROM patients WHERE last_name LIKE $1 ORDER BY id", {"Mu%"});
  PQpipelineSync(connection);
  drain(3);
  PQexitPipelineMode(connection);
}

// Many statements with no Sync at all: PQsendFlushRequest makes the server send what it has.
void no_sync() {
  PQenterPipelineMode(connection);
  for (int i = 0; i < 50; ++i) {
    send("SELECT repeat(last_name, 100), id FROM patients WHERE id = $1", {i % 2 == 0 ? "3" : "4"});
    PQflush(connection);
  }
  PQsendFlushRequest(connection);
  PQflush(connection);
  std::size_t length = 0;
  int rows = 0;
  for (int i = 0; i < 50; ++i) {
    PGresult* result = PQgetResult(connection);
    rows += PQntuples(result);
    length += PQntuples(result) > 0 ? static_cast<std::size_t>(PQgetlength(result, 0, 0)) : 0;
    PQclear(result);
    PQclear(PQgetResult(connection));
  }
  std::printf("%d rows, %zu bytes, no synchronisation\n", rows, length);
  PQpipelineSync(connection);
  drain(1);
  PQexitPipelineMode(connection);
}

void abort_all() {
  run("BEGIN");
  run("SAVEPOINT before");
  PQenterPipelineMode(connection);
  send(kInsert, {"9981", "Q1", "First"});
  send("SELECT no_such_function(last_name) FROM patients");
  send(kInsert, {"9982", "Q2", "Second"});
  PQpipelineSync(connection);
  send(kName, {"9981"});  // the block is failed
  PQpipelineSync(connection);
  send("ROLLBACK TO before");
  send(kName, {"3"});
  PQpipelineSync(connection);
  drain(3);
  PQexitPipelineMode(connection);
  run("ROLLBACK");
}

// Outside a block each synchronisation point ends a transaction: what comes before the error in the same one is undone.
void abort_implicit() {
  PQenterPipelineMode(connection);
  send(kInsert, {"9983", "Q3", "Third"});
  send("SELECT 1 / (id - 3) FROM patients WHERE last_name = $1 OR id = 3", {"Lee"});
  send(kInsert, {"9984", "Q4", "Fourth"});
  PQpipelineSync(connection);
  send("SELECT count(*) FROM patients WHERE id > 9980");
  PQpipelineSync(connection);
  drain(2);
  PQexitPipelineMode(connection);
}

void statement_fails_late() {  // after rows have come
  PQenterPipelineMode(connection);
  send("SELECT id, 10 / (5 - id) FROM patients WHERE id < $1 ORDER BY id", {"8"});
  PQsetSingleRowMode(connection);
  send("SELECT 2");
  PQpipelineSync(connection);
  drain(1);
  PQexitPipelineMode(connection);
}

void prepared() {
  PQenterPipelineMode(connection);
  PQsendPrepare(connection, "by_ssn", "SELECT id, last_name, dob FROM patients WHERE ssn = $1", 1,
                nullptr);
  PQsendDescribePrepared(connection, "by_ssn");
  const char* values[] = {"992-96-5806"};
  PQsendQueryPrepared(connection, "by_ssn", 1, values, nullptr, nullptr, 0);
  PQpipelineSync(connection);
  drain(1);
  send("DEALLOCATE by_ssn");
  PQsendDescribePrepared(connection, "by_ssn");
  PQpipelineSync(connection);
  drain(1);
  PQexitPipelineMode(connection);
  // A cursor is described as a portal.
  run("BEGIN");
  run("DECLARE in_rooms CURSOR FOR SELECT name FROM rooms ORDER BY name");
  PQenterPipelineMode(connection);
  PQsendDescribePortal(connection, "in_rooms");
  PQpipelineSync(connection);
  drain(1);
  PQexitPipelineMode(connection);
  run("ROLLBACK");
}

void single_row() {
  PQenterPipelineMode(connection);
  for (const char* last : {"4", "5", "6"}) {
    send("SELECT id, first_name FROM patients WHERE id < $1 ORDER BY id", {last});
  }
  PQpipelineSync(connection);
  for (int i = 0; i < 3; ++i) {
    if (i != 1) {
      PQsetSingleRowMode(connection);
    }
    PGresult* result = nullptr;
    while ((result = PQgetResult(connection)) != nullptr) {
      print(result);
      PQclear(result);
    }
  }
  drain(1);
  PQexitPipelineMode(connection);
}

void transaction() {
  PQenterPipelineMode(connection);
  PQsendPrepare(connection, "fail", "SELECT 1 / (id - 3) FROM patients WHERE id = $1", 1, nullptr);
  PQsendPrepare(connection, "rollback", "ROLLBACK", 0, nullptr);
  PQpipelineSync(connection);
  const char* three[] = {"3"};
  send("BEGIN");
  send(kInsert, {"9985", "Q5", "Fifth"});
  PQsendQueryPrepared(connection, "fail", 1, three, nullptr, nullptr, 0);
  send(kInsert, {"9986", "Q6", "Skipped"});
  PQpipelineSync(connection);
  PQsendQueryPrepared(connection, "rollback", 0, nullptr, nullptr, nullptr, 0);
  send("BEGIN");
  send(kInsert, {"9987", "Q7", "Kept"});
  PQpipelineSync(connection);
  send("SELECT id, last_name FROM patients WHERE id > 9980 ORDER BY id");
  send("ROLLBACK");
  PQpipelineSync(connection);
  drain(4);
  PQexitPipelineMode(connection);
}

// Thousands of inserts, sent and read by turns as libpq's buffers allow; one of them breaks a unique constraint.
void unique_violation(bool violate) {
  run("BEGIN");
  PQenterPipelineMode(connection);
  PQsendPrepare(connection, "add", kInsert, 3, nullptr);
  PQsetnonblocking(connection, 1);
  constexpr int kRows = 1500;
  int sent = 0;
  bool synced = false;
  int done = 0;
  int failed = 0;
  int skipped = 0;
  bool finished = false;
  while (!finished) {
    pollfd wait{PQsocket(connection), POLLIN, 0};
    wait.events = static_cast<short>(POLLIN | (synced && PQflush(connection) == 0 ? 0 : POLLOUT));
    poll(&wait, 1, 10'000);
    if ((wait.revents & POLLIN) != 0) {
      PQconsumeInput(connection);
      // Each statement's results end with a null; two of them in a row: nothing is owed.
      for (int nulls = 0; !finished && nulls < 2 && PQisBusy(connection) == 0;) {
        PGresult* result = PQgetResult(connection);
        nulls = result == nullptr ? nulls + 1 : 0;
        const ExecStatusType status = PQresultStatus(result);
        done += status == PGRES_COMMAND_OK ? 1 : 0;
        skipped += status == PGRES_PIPELINE_ABORTED ? 1 : 0;
        finished = status == PGRES_PIPELINE_SYNC;
        if (result != nullptr && status == PGRES_FATAL_ERROR) {
          ++failed;
          print(result);
        }
        PQclear(result);
      }
    }
    if ((wait.revents & POLLOUT) != 0) {
      for (int i = 0; i < 40 && sent < kRows; ++i, ++sent) {
        const std::string id = std::to_string(20'000 + sent);
        const std::string mrn = violate && sent == 700 ? "MRN0000042" : "Q" + id;
        const char* values[] = {id.c_str(), mrn.c_str(), "Many"};
        PQsendQueryPrepared(connection, "add", 3, values, nullptr, nullptr, 0);
      }
      if (sent == kRows && !synced) {
        synced = PQpipelineSync(connection) == 1;
      }
      PQflush(connection);
    }
  }
  PQsetnonblocking(connection, 0);
  PQexitPipelineMode(connection);
  std::printf("%d done, %d failed, %d skipped\n", done, failed, skipped);
  run("SELECT count(*), min(last_name) FROM patients WHERE id >= 20000");
  run("ROLLBACK");
  run("DEALLOCATE ALL");
}

void idle() {
  PQenterPipelineMode(connection);
  send(kName, {"3"});
  PQsendFlushRequest(connection);
  print(PQgetResult(connection));
  print(PQgetResult(connection));
  std::printf("exit: %d\n", PQexitPipelineMode(connection));  // nothing is owed
  run("SELECT last_name FROM patients WHERE id = 4");
}

void copy_is_refused_by_libpq() {
  PQenterPipelineMode(connection);
  send("COPY rooms TO STDOUT");
  PQpipelineSync(connection);
  for (int i = 0; i < 4; ++i) {
    PGresult* result = PQgetResult(connection);
    std::printf("%s\n", result == nullptr ? "(no more)" : PQresStatus(PQresultStatus(result)));
    PQclear(result);
    if (PQstatus(connection) != CONNECTION_OK) {
      break;
    }
  }
}

}  // namespace

int main(int argc, char** argv) {
  std::setvbuf(stdout, nullptr, _IOLBF, 0);
  connection = PQconnectdb(argc > 1 ? argv[1] : "");
  if (PQstatus(connection) != CONNECTION_OK) {
    std::fprintf(stderr, "%s", PQerrorMessage(connection));
    return 1;
  }

  struct Step {
    const char* name;
    void (*body)();
  };

  const Step steps[] = {{"disallowed_in_pipeline", disallowed},
                        {"simple_pipeline", simple},
                        {"multi_pipelines", multi},
                        {"nosync", no_sync},
                        {"pipeline_abort in a block", abort_all},
                        {"pipeline_abort", abort_implicit},
                        {"error after rows", statement_fails_late},
                        {"prepared", prepared},
                        {"singlerow", single_row},
                        {"transaction", transaction},
                        {"pipelined_insert", [] { unique_violation(false); }},
                        {"uniqviol", [] { unique_violation(true); }},
                        {"pipeline_idle", idle},
                        {"copy", copy_is_refused_by_libpq}};
  for (const Step& step : steps) {
    std::printf("-- %s\n", step.name);
    std::fflush(stdout);
    step.body();
    if (PQpipelineStatus(connection) != PQ_PIPELINE_OFF) {
      std::printf("still in a pipeline\n");
      PQreset(connection);
    }
  }
  PQfinish(connection);
  return 0;
}
