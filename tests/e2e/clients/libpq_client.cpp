// libpq as a C program uses it: PQexecParams, prepared statements and their description, pipeline mode,
// single-row mode, COPY, cancel. Arguments: connection string. Prints what it got; exit code 1 on surprise.

#include <libpq-fe.h>

#include <chrono>
#include <cstdio>
#include <string>
#include <thread>

namespace {

void show(const char* title, PGresult* result) {
  std::printf("-- %s: %s %s\n", title, PQresStatus(PQresultStatus(result)), PQcmdStatus(result));
  if (const char* state = PQresultErrorField(result, PG_DIAG_SQLSTATE)) {
    std::printf("error %s %s\n", state, PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY));
  }
  for (int column = 0; column < PQnfields(result); ++column) {
    std::printf("%s size %d modifier %d format %d\n", PQfname(result, column), PQfsize(result, column),
                PQfmod(result, column), PQfformat(result, column));
  }
  for (int row = 0; row < PQntuples(result); ++row) {
    for (int column = 0; column < PQnfields(result); ++column) {
      if (PQgetisnull(result, row, column) != 0) {
        std::printf("NULL|");
        continue;
      }
      const std::string cell(PQgetvalue(result, row, column), static_cast<std::size_t>(PQgetlength(result, row, column)));
      for (const char byte : cell) {
        if (PQfformat(result, column) == 1) {
          std::printf("%02x", static_cast<unsigned>(static_cast<unsigned char>(byte)));
        } else {
          std::printf("%c", byte);
        }
      }
      std::printf("|");
    }
    std::printf("\n");
  }
  PQclear(result);
}

void statements(PGconn* connection) {
  const char* by_id[] = {"33"};
  for (const int format : {0, 1}) {
    show("by id", PQexecParams(connection, "SELECT last_name, dob, external_ref, photo FROM patients WHERE id = $1", 1,
                               nullptr, by_id, nullptr, nullptr, format));
  }
  const char* by_mrn[] = {"MRN0000042"};
  PQclear(PQprepare(connection, "by_mrn", "SELECT id, first_name FROM patients WHERE mrn = $1", 1, nullptr));
  PGresult* description = PQdescribePrepared(connection, "by_mrn");
  std::printf("parameter type %u\n", PQparamtype(description, 0));
  show("description", description);
  show("prepared", PQexecPrepared(connection, "by_mrn", 1, by_mrn, nullptr, nullptr, 0));
  show("several", PQexec(connection, "SELECT 1; SELECT last_name FROM patients WHERE id = 3"));
  show("empty", PQexec(connection, ""));
  PQsendQuery(connection, "SELECT id, last_name FROM patients WHERE id < 4 ORDER BY id");
  PQsetSingleRowMode(connection);
  while (PGresult* row = PQgetResult(connection)) {
    show("single row", row);
  }
}

void pipeline(PGconn* connection) {
  PQenterPipelineMode(connection);
  const char* ids[] = {"3", "oops", "4", "5"};
  for (const char*& id : ids) {
    PQsendQueryParams(connection, "SELECT last_name FROM patients WHERE id = $1", 1, nullptr, &id, nullptr, nullptr, 0);
    if (&id == &ids[2]) {  // the one after the error is skipped, the one after the sync runs
      PQpipelineSync(connection);
    }
  }
  PQpipelineSync(connection);
  for (int syncs = 0; syncs < 2;) {
    PGresult* result = PQgetResult(connection);
    if (result == nullptr) {
      continue;
    }
    syncs += PQresultStatus(result) == PGRES_PIPELINE_SYNC ? 1 : 0;
    show("pipeline", result);
  }
  PQexitPipelineMode(connection);
}

void copy(PGconn* connection) {
  PQclear(PQexec(connection, "BEGIN"));
  PQclear(PQexec(connection, "COPY rooms (name, floor) FROM STDIN"));
  for (int i = 0; i < 1000; ++i) {
    const std::string line = "C" + std::to_string(i) + "\t7\n";
    PQputCopyData(connection, line.data(), static_cast<int>(line.size()));
  }
  PQputCopyEnd(connection, nullptr);
  show("copy in", PQgetResult(connection));
  while (PGresult* rest = PQgetResult(connection)) {
    PQclear(rest);
  }
  show("counted", PQexec(connection, "SELECT count(*) FROM rooms WHERE floor = 7"));
  PQclear(PQexec(connection, "COPY rooms TO STDOUT (FORMAT binary)"));
  char* buffer = nullptr;
  long long bytes = 0;
  for (int size = PQgetCopyData(connection, &buffer, 0); size > 0; size = PQgetCopyData(connection, &buffer, 0)) {
    bytes += size;
    PQfreemem(buffer);
  }
  std::printf("copied out %lld bytes\n", bytes);
  while (PGresult* rest = PQgetResult(connection)) {
    PQclear(rest);
  }
  PQclear(PQexec(connection, "ROLLBACK"));
}

void cancel(PGconn* connection) {
  PQsendQuery(connection, "SELECT pg_sleep(20), last_name FROM patients WHERE id = 3");
  std::this_thread::sleep_for(std::chrono::milliseconds(500));
  PGcancel* handle = PQgetCancel(connection);
  char problem[256] = "";
  std::printf("cancel sent: %d\n", PQcancel(handle, problem, sizeof problem));
  PQfreeCancel(handle);
  while (PGresult* result = PQgetResult(connection)) {
    show("cancelled", result);
  }
  show("alive", PQexec(connection, "SELECT first_name FROM patients WHERE id = 3"));
}

}  // namespace

int main(int argc, char** argv) {
  PGconn* connection = PQconnectdb(argc > 1 ? argv[1] : "");
  if (PQstatus(connection) != CONNECTION_OK) {
    std::fprintf(stderr, "%s", PQerrorMessage(connection));
    return 1;
  }
  statements(connection);
  pipeline(connection);
  copy(connection);
  cancel(connection);
  PQfinish(connection);
  return 0;
}
