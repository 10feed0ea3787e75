// Laws of protocol/copy: what is encoded is read back; cuts change nothing; and any data, also garbage,
// is read as PostgreSQL reads it into columns of type text, with its own words and context if it fails.

#include "tests/property/copy/any_copy.hpp"
#include "tests/support/postgres_server.hpp"

#include <gtest/gtest.h>
#include <libpq-fe.h>

#include <algorithm>

namespace pgveil::test {
namespace {

using namespace protocol::copy;

// In text a value that is spelled like NULL is read as NULL; PostgreSQL does not quote it either.
bool reads_back(const Options& options, const std::vector<Row>& rows) {
  return options.format != Format::Text || options.null_text == "\\N" ||
         std::ranges::none_of(rows, [&](const Row& row) {
           return std::ranges::find(row, std::optional(options.null_text)) != row.end();
         });
}

std::string encoded(const Options& options, const std::vector<Row>& rows) {
  Encoder encoder(options, kColumns);
  protocol::Bytes out;
  encoder.header(out);
  for (const Row& row : rows) {
    std::vector<protocol::Cell> cells;
    for (const auto& value : row) {
      cells.emplace_back(value ? protocol::Cell(protocol::as_bytes(*value)) : protocol::Cell());
    }
    encoder.row(cells, out);
  }
  encoder.end(out);
  return std::string(protocol::as_text(out));
}

TEST(CopyLaw, WhatIsEncodedIsReadBackHoweverItIsCut) {
  Rng rng(seed());
  for (int round = 0; round < 5'000; ++round) {
    Options options = any_options(rng);
    if (rng.one_in(4)) {
      options = Options();
      options.format = Format::Binary;
    }
    std::vector<Row> rows;
    for (std::size_t n = rng.below(5); n > 0; --n) {
      rows.push_back(any_row(rng));
    }
    const std::string data = encoded(options, rows);
    const Decoded whole = decode(options, data, nullptr);
    if (reads_back(options, rows)) {
      EXPECT_FALSE(whole.error) << whole.error->message << "\n" << data;
      EXPECT_EQ(whole.rows, rows) << data;
    }
    EXPECT_TRUE(decode(options, data, &rng) == whole) << data;
  }
}

TEST(CopyLaw, CutsChangeNothingInGarbage) {
  Rng rng(seed() + 1);
  for (int round = 0; round < 20'000; ++round) {
    const Options options = any_options(rng);
    const std::string data = any_data(rng, 30);
    EXPECT_TRUE(decode(options, data, &rng) == decode(options, data, nullptr)) << data;
  }
}

class Server {
 public:
  Server() : connection_(PQconnectdb(server_.conninfo().c_str())) {
    run("CREATE TABLE t (a text, b text, c text)");
  }

  ~Server() { PQfinish(connection_); }

  Decoded read(const Options& options, const std::string& data) {
    run("TRUNCATE t");
    PQclear(PQexec(connection_, copy_sql(options).c_str()));
    PQputCopyData(connection_, data.data(), static_cast<int>(data.size()));
    PQputCopyEnd(connection_, nullptr);
    Decoded out;
    while (PGresult* result = PQgetResult(connection_)) {
      if (PQresultStatus(result) == PGRES_FATAL_ERROR) {
        out.error.emplace();
        out.error->message = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
        const char* where = PQresultErrorField(result, PG_DIAG_CONTEXT);
        out.error->text = where == nullptr ? "" : where;
        out.error->sqlstate = PQresultErrorField(result, PG_DIAG_SQLSTATE);
        const char* hint = PQresultErrorField(result, PG_DIAG_MESSAGE_HINT);
        out.error->hint = hint == nullptr ? "" : hint;
      }
      PQclear(result);
    }
    PGresult* rows = PQexec(connection_, "SELECT a, b, c FROM t");
    for (int i = 0; i < PQntuples(rows); ++i) {
      out.rows.emplace_back();
      for (int j = 0; j < 3; ++j) {
        out.rows.back().push_back(PQgetisnull(rows, i, j) != 0
                                      ? std::nullopt
                                      : std::optional(std::string(PQgetvalue(rows, i, j))));
      }
    }
    PQclear(rows);
    return out;
  }

 private:
  void run(const char* sql) { PQclear(PQexec(connection_, sql)); }

  [[nodiscard]] std::string literal(std::string_view text) const {
    char* quoted = PQescapeLiteral(connection_, text.data(), text.size());
    std::string out = quoted;
    PQfreemem(quoted);
    return out;
  }

  [[nodiscard]] std::string copy_sql(const Options& options) const {
    std::string sql = "COPY t FROM STDIN (FORMAT ";
    sql += options.csv() ? "csv, QUOTE " + literal({&options.quote, 1}) + ", ESCAPE " +
                               literal({&options.escape, 1})
                         : std::string("text");
    sql +=
        ", DELIMITER " + literal({&options.delimiter, 1}) + ", NULL " + literal(options.null_text);
    sql += options.header == Header::None ? ")" : ", HEADER)";
    return sql;
  }

  PostgresServer server_;
  PGconn* connection_;
};

TEST(CopyLaw, AnythingIsReadAsPostgresReadsIt) {
  Server server;
  Rng rng(seed() + 2);
  std::size_t failed = 0;
  for (int round = 0; round < 3'000; ++round) {
    const Options options = any_options(rng);
    std::string data = any_data(rng, 12);
    if (rng.one_in(2)) {
      data = encoded(options, {any_row(rng), any_row(rng)}) + any_data(rng, 2);
    }
    const Decoded got = decode(options, data, &rng);
    const Decoded want = server.read(options, data);
    failed += want.error ? 1U : 0U;
    ASSERT_EQ(got.error.has_value(), want.error.has_value())
        << (got.error ? got.error : want.error)->message << "\n[" << data << "]";
    if (got.error) {
      EXPECT_EQ(got.error->message, want.error->message) << data;
      EXPECT_EQ(got.error->sqlstate, want.error->sqlstate) << data;
      EXPECT_EQ(got.error->hint, want.error->hint) << data;
      EXPECT_EQ(context("t", *got.error, false), *want.error->text) << data;
    } else {
      EXPECT_EQ(got.rows, want.rows) << data;
    }
  }
  EXPECT_GT(failed, 100U);
}

}  // namespace
}  // namespace pgveil::test
