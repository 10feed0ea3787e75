#include "proxy/twin/twin.hpp"

#include "protocol/message/rows.hpp"
#include "test_server.hpp"
#include "twin_clinic.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <filesystem>
#include <thread>

namespace pgveil::proxy::twin {
namespace {

using test::ask_at;
using test::kClinic;
using test::TestServer;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;

/// Keeps the rows as text, "a|b|<null>".
class Rows final : public RowSink {
 public:
  void on_columns(const protocol::RowDescription& description) override { columns = description; }

  bool on_row(protocol::ByteView body) override {
    std::vector<protocol::Cell> cells;
    EXPECT_TRUE(protocol::decode_data_row(body, cells));
    std::string line;
    for (const protocol::Cell& cell : cells) {
      line += (line.empty() ? "" : "|") + (cell ? std::string(protocol::as_text(*cell)) : "<null>");
    }
    rows.push_back(line);
    return rows.size() < limit;
  }

  protocol::RowDescription columns;
  std::vector<std::string> rows;
  std::size_t limit = SIZE_MAX;
};

/// A binary COPY stream of (int4, text) rows.
class CopyStream {
 public:
  CopyStream() {
    protocol::put_bytes(bytes_, protocol::as_bytes({"PGCOPY\n\377\r\n\0", 11}));
    protocol::put_u32(bytes_, 0);
    protocol::put_u32(bytes_, 0);
  }

  void add(std::int32_t id, std::string_view text) {
    protocol::put_u16(bytes_, 2);
    protocol::put_u32(bytes_, 4);
    protocol::put_i32(bytes_, id);
    protocol::put_cell(bytes_, protocol::as_bytes(text));
    ++rows_;
  }

  [[nodiscard]] SliceRows slice(std::string schema,
                                std::string name,
                                std::vector<std::string> columns) const {
    protocol::Bytes all = bytes_;
    protocol::put_i16(all, -1);
    return {std::move(schema), std::move(name), std::move(columns), all, rows_};
  }

 private:
  protocol::Bytes bytes_;
  std::uint64_t rows_ = 0;
};

class TwinTest : public ::testing::Test {
 public:
  static void SetUpTestSuite() {
    server = new TestServer();
    server->run("postgres", "CREATE DATABASE clinic");
    server->run("clinic", kClinic);
    TwinConfig config;
    config.upstream = server->conninfo("clinic");
    twin = new Twin(config);
    auto started = twin->start();
    ASSERT_TRUE(started) << describe(started.error());
  }

  static void TearDownTestSuite() {
    delete twin;
    delete server;
  }

  static std::string model(const std::string& sql) {
    return ask_at(twin->admin_conninfo(Database::Model), sql);
  }

  static std::string work(const std::string& sql) {
    return ask_at(twin->admin_conninfo(Database::Work), sql);
  }

  static std::string code(const Answer<Analysis>& answer) {
    const auto* error = std::get_if<protocol::ErrorFields>(&answer);
    return error == nullptr ? "ok" : std::string(error->sqlstate());
  }

  static Answer<Outcome> evaluate(const std::vector<SliceRows>& slice,
                                  const std::string& sql,
                                  Rows& rows) {
    CancelToken cancel;
    return twin->evaluate(slice, {sql, {}, {}, {}}, {"alice", {}, {}}, rows, cancel);
  }

  static std::string outcome(const Answer<Outcome>& answer) {
    if (const auto* error = std::get_if<protocol::ErrorFields>(&answer)) {
      return std::string(error->sqlstate()) + " " + std::string(error->get('M'));
    }
    return std::get<Outcome>(answer).tag;
  }

  static TestServer* server;
  static Twin* twin;
};

TestServer* TwinTest::server = nullptr;
Twin* TwinTest::twin = nullptr;

TEST_F(TwinTest, EverythingIsMirrored) {
  std::string problems;
  for (const MirrorProblem& problem : twin->problems()) {
    problems += problem.object + ": " + problem.reason + "\n";
  }
  EXPECT_EQ(problems, "");
}

TEST_F(TwinTest, OidsAreTheServers) {
  const std::string relations =
      "SELECT string_agg(oid || relname || reltype || relkind, ',' ORDER BY oid)"
      " FROM pg_class WHERE oid >= 16384 AND relnamespace <> 'pg_toast'::regnamespace";
  const std::string attributes =
      "SELECT string_agg(attrelid || attname || attnum || atttypid || attnotnull, ','"
      " ORDER BY attrelid, attnum) FROM pg_attribute WHERE attrelid >= 16384 AND attnum > 0"
      " AND attrelid NOT IN (SELECT oid FROM pg_class WHERE relkind = 't')";
  const std::string types =
      "SELECT string_agg(oid || typname || typtype, ',' ORDER BY oid) FROM pg_type"
      " WHERE oid >= 16384";
  const std::string labels = "SELECT string_agg(oid || enumlabel, ',' ORDER BY oid) FROM pg_enum";
  const std::string roles =
      "SELECT string_agg(oid || rolname, ',' ORDER BY oid) FROM pg_roles WHERE oid >= 16384"
      " AND rolname <> 'pgveil_twin'";
  for (const std::string& question : {relations, attributes, types, labels, roles}) {
    EXPECT_EQ(server->ask("clinic", question), model(question));
  }
  const std::string names =
      "SELECT string_agg(oid || relname, ',' ORDER BY oid) FROM pg_class WHERE oid >= 16384"
      " AND relkind IN ('r', 'p', 'v', 'm') AND relname !~ 'fk_id'";
  EXPECT_EQ(server->ask("clinic", types), work(types));
  EXPECT_EQ(server->ask("clinic", names), work(names));
  EXPECT_EQ(model("SELECT current_database()"), "clinic");
}

TEST_F(TwinTest, ModelKeepsConstraintsAndRights) {
  for (const char* question :
       {"SELECT string_agg(pg_get_constraintdef(oid), ',' ORDER BY conname) FROM pg_constraint"
        " WHERE connamespace = 'public'::regnamespace",
        "SELECT string_agg(pg_get_indexdef(indexrelid), ',' ORDER BY indexrelid) FROM pg_index"
        " WHERE indrelid >= 16384 AND indrelid NOT IN (SELECT oid FROM pg_class WHERE relkind='t')",
        "SELECT string_agg(pg_get_expr(adbin, adrelid), ',' ORDER BY adrelid, adnum)"
        " FROM pg_attrdef",
        "SELECT string_agg(pg_get_triggerdef(oid), ',' ORDER BY tgname) FROM pg_trigger"
        " WHERE NOT tgisinternal",
        "SELECT pg_get_viewdef('v'::regclass)",
        "SELECT relacl FROM pg_class WHERE relname='patients'",
        "SELECT obj_description('patients'::regclass)",
        "SELECT has_table_privilege('alice', 'patients', 'select')"}) {
    EXPECT_EQ(server->ask("clinic", question), model(question)) << question;
  }
}

struct AnalysisCase {
  const char* name;
  const char* sql;
  const char* code;
  const char* position;
};

const AnalysisCase kAnalyses[] = {
    {"unknown_column", "SELECT nope FROM patients", "42703", "8"},
    {"unknown_table", "SELECT 1 FROM nope", "42P01", "15"},
    {"syntax", "SELEC 1", "42601", "1"},
    {"two_statements", "SELECT 1; SELECT 2", "42601", ""},
    {"type_mismatch", "SELECT id + 'é' || true FROM patients", "22P02", "13"},
    {"bad_literal", "SELECT date '2020-13-01'", "22008", "13"},
    {"undetermined", "SELECT $2", "42P18", ""}};

TEST_F(TwinTest, AnalysisErrorsArePostgresOwn) {
  for (const AnalysisCase& row : kAnalyses) {
    const auto answer = twin->analyse(row.sql, {}, {"alice", {}, {}});
    const auto* error = std::get_if<protocol::ErrorFields>(&answer);
    ASSERT_NE(error, nullptr) << row.name;
    EXPECT_EQ(error->sqlstate(), row.code) << row.name;
    EXPECT_EQ(error->get('P'), row.position) << row.name;
  }
}

TEST_F(TwinTest, AnalysisGivesTreeTypesAndColumns) {
  const auto answer =
      twin->analyse("SELECT *, upper(\"Last Name\") FROM v WHERE id = $1 AND \"Last Name\" LIKE $2",
                    {}, {"alice", {}, {}});
  ASSERT_EQ(code(answer), "ok");
  const auto& analysis = std::get<Analysis>(answer);
  ASSERT_EQ(analysis.query_trees.size(), 1U);
  EXPECT_THAT(analysis.query_trees[0], StartsWith("("));
  EXPECT_THAT(analysis.query_trees[0], HasSubstr("{QUERY"));
  EXPECT_THAT(analysis.query_trees[0],
              HasSubstr(":relid " + model("SELECT 'patients'::regclass::oid")));
  EXPECT_EQ(analysis.parameter_types, (std::vector<std::uint32_t>{23, 25}));
  ASSERT_TRUE(analysis.columns);
  ASSERT_EQ(analysis.columns->size(), 4U);
  EXPECT_EQ((*analysis.columns)[1].name, "Last Name");
}

TEST_F(TwinTest, AnalysisNeverExecutes) {
  const std::string before = model("SELECT last_value FROM patients_id_seq");
  for (const char* sql : {"INSERT INTO fk VALUES (1, 2)", "DROP TABLE fk", "SELECT loud(1)",
                          "SELECT nextval('patients_id_seq')", "CREATE TABLE made (a int)",
                          "DO $$ BEGIN RAISE EXCEPTION 'ran'; END $$", "BEGIN", "SET a.b = 'c'",
                          "NOTIFY pgveil", "COPY fk FROM '/etc/passwd'"}) {
    EXPECT_EQ(code(twin->analyse(sql, {}, {})), "ok") << sql;
  }
  EXPECT_EQ(model("SELECT last_value FROM patients_id_seq"), before);
  EXPECT_EQ(model("SELECT to_regclass('made') IS NULL AND to_regclass('fk') IS NOT NULL"), "t");
}

TEST_F(TwinTest, AnalysisFollowsSettingsRoleAndPrelude) {
  EXPECT_EQ(code(twin->analyse("SELECT \"select\" FROM \"t [x] \\ é\"", {}, {})), "42P01");
  EXPECT_EQ(code(twin->analyse("SELECT \"select\" FROM \"t [x] \\ é\"", {},
                               {"", {{"search_path", "\"Odd \"\"Schema\""}}, {}})),
            "ok");
  EXPECT_EQ(code(twin->analyse("SELECT a FROM temporary_one", {},
                               {"alice", {}, {"CREATE TEMP TABLE temporary_one (a int)"}})),
            "ok");
  EXPECT_EQ(code(twin->analyse("SELECT a FROM temporary_one", {}, {"alice", {}, {}})), "42P01");
  EXPECT_EQ(code(twin->analyse("SELECT 1", {}, {"nobody", {}, {}})), "22023");
  EXPECT_EQ(code(twin->analyse("SELECT 1", {}, {"", {{"DateStyle", "nonsense"}}, {}})), "22023");
  EXPECT_EQ(code(twin->analyse("SELECT 1", {}, {"Odd \"Role", {}, {}})), "ok");
}

TEST_F(TwinTest, EvaluatesOverPartialSlices) {
  CopyStream one;
  one.add(7, "Meier");
  Rows rows;
  // No ssn, no dob: NOT NULL, CHECK, trigger, identity and row security do not act on a slice.
  EXPECT_EQ(outcome(evaluate({one.slice("public", "patients", {"id", "Last Name"})},
                             "SELECT id, upper(\"Last Name\"), g, ssn FROM patients", rows)),
            "SELECT 1");
  EXPECT_THAT(rows.rows, ::testing::ElementsAre("7|MEIER|<null>|<null>"));
  ASSERT_EQ(rows.columns.size(), 4U);
  Rows none;
  EXPECT_EQ(outcome(evaluate({}, "SELECT count(*) FROM patients", none)), "SELECT 1");
  EXPECT_THAT(none.rows, ::testing::ElementsAre("0"));  // nothing of the slice stayed
}

TEST_F(TwinTest, PrimaryKeyStillCarriesGroupBy) {
  CopyStream two;
  two.add(1, "A");
  two.add(1, "A");  // not even unique: a slice may repeat rows
  Rows rows;
  EXPECT_EQ(outcome(evaluate({two.slice("public", "patients", {"id", "Last Name"})},
                             "SELECT id, \"Last Name\", count(*) FROM patients GROUP BY id", rows)),
            "SELECT 1");
  EXPECT_THAT(rows.rows, ::testing::ElementsAre("1|A|2"));
  Rows view;
  EXPECT_EQ(outcome(evaluate({two.slice("public", "patients", {"id", "Last Name"})},
                             "SELECT * FROM v", view)),
            "SELECT 1");
}

TEST_F(TwinTest, PartitionedMaterializedAndOddRelationsTakeRows) {
  CopyStream data;
  data.add(100, std::string(20'000, 'x'));  // needs TOAST
  for (const auto& [schema, name, columns] :
       std::vector<std::tuple<std::string, std::string, std::vector<std::string>>>{
           {"public", "parts", {"a", "b"}},
           {"public", "parts1", {"a", "b"}},
           {"Odd \"Schema", "t [x] \\ é", {"c \"q\" {}", "select"}}}) {
    Rows rows;
    EXPECT_EQ(outcome(evaluate({data.slice(schema, name, columns)},
                               "SELECT (SELECT count(*) FROM parts),"
                               " (SELECT count(*) FROM \"Odd \"\"Schema\".\"t [x] \\ é\")",
                               rows)),
              "SELECT 1")
        << name;
  }
  protocol::Bytes copy = data.slice("", "", {}).copy;
  copy.resize(19);
  protocol::put_u16(copy, 1);
  protocol::put_u32(copy, 4);
  protocol::put_u32(copy, 5);
  protocol::put_i16(copy, -1);
  Rows rows;
  EXPECT_EQ(outcome(evaluate({{"public", "mv", {"id"}, copy, 1}}, "SELECT * FROM mv", rows)),
            "SELECT 1");
  EXPECT_THAT(rows.rows, ::testing::ElementsAre("5"));
}

TEST_F(TwinTest, RowsWithoutColumnsCount) {
  Rows rows;
  EXPECT_EQ(outcome(evaluate({{"public", "patients", {}, {}, 7}},
                             "SELECT count(*), count(id) FROM patients", rows)),
            "SELECT 1");
  EXPECT_THAT(rows.rows, ::testing::ElementsAre("7|0"));
}

TEST_F(TwinTest, TenThousandRows) {
  CopyStream many;
  for (int i = 0; i < 10'000; ++i) {
    many.add(i, "name " + std::to_string(i % 100));
  }
  const auto slice = many.slice("public", "patients", {"id", "Last Name"});
  for (int round = 0; round < 5; ++round) {  // crosses vacuum_after_rows
    Rows rows;
    const auto start = std::chrono::steady_clock::now();
    EXPECT_EQ(outcome(evaluate({slice},
                               "SELECT * FROM patients a JOIN patients b USING (id)"
                               " ORDER BY id DESC",
                               rows)),
              "SELECT 10000");
    EXPECT_EQ(rows.rows.size(), 10'000U);
    RecordProperty("ms" + std::to_string(round),
                   static_cast<int>((std::chrono::steady_clock::now() - start) /
                                    std::chrono::milliseconds(1)));
  }
}

TEST_F(TwinTest, ParametersAndFormats) {
  CancelToken cancel;
  Rows rows;
  Statement statement{"SELECT $1::int4 + 1, $2", {23, 25}, {}, {0, 1}};
  protocol::Bytes forty_one;
  protocol::put_u32(forty_one, 41);
  statement.parameters = {{1, forty_one}, {0, std::nullopt}};
  EXPECT_EQ(outcome(twin->evaluate({}, statement, {"alice", {}, {}}, rows, cancel)), "SELECT 1");
  EXPECT_THAT(rows.rows, ::testing::ElementsAre("42|<null>"));
  EXPECT_EQ(rows.columns[1].format, 1);
}

TEST_F(TwinTest, EvaluationErrorsArePostgresOwn) {
  CopyStream one;
  one.add(0, "x");
  Rows rows;
  const auto slice = one.slice("public", "patients", {"id", "Last Name"});
  EXPECT_EQ(outcome(evaluate({slice}, "SELECT 1 / id FROM patients", rows)),
            "22012 division by zero");
  EXPECT_EQ(outcome(evaluate({slice}, "SELECT \"Last Name\"::int FROM patients", rows)),
            "22P02 invalid input syntax for type integer: \"x\"");
  EXPECT_EQ(outcome(evaluate({slice}, "SELECT pg_read_file('/etc/passwd')", rows)).substr(0, 5),
            "42501");
  EXPECT_EQ(outcome(evaluate({slice}, "", rows)), "");
  auto bad = slice;
  bad.copy.resize(30);
  EXPECT_EQ(outcome(evaluate({bad}, "SELECT 1", rows)).substr(0, 5), "22P04");
  EXPECT_EQ(outcome(evaluate({slice}, "SELECT loud(id) FROM patients", rows)), "SELECT 1");
}

TEST_F(TwinTest, NoticesAreKept) {
  Rows rows;
  const auto answer = evaluate({}, "SELECT loud(3)", rows);
  ASSERT_EQ(outcome(answer), "SELECT 1");
  ASSERT_EQ(std::get<Outcome>(answer).notices.size(), 1U);
  EXPECT_EQ(std::get<Outcome>(answer).notices[0].get('M'), "loud 3");
}

TEST_F(TwinTest, SessionsDoNotSeeEachOthersSlices) {
  CopyStream one;
  one.add(1, "secret");
  std::thread slow([&] {
    Rows rows;
    EXPECT_EQ(outcome(evaluate({one.slice("public", "patients", {"id", "Last Name"})},
                               "SELECT pg_sleep(0.5), id FROM patients", rows)),
              "SELECT 1");
  });
  for (int i = 0; i < 20; ++i) {
    Rows rows;
    EXPECT_EQ(outcome(evaluate({}, "SELECT id FROM patients", rows)), "SELECT 0");
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  slow.join();
}

TEST_F(TwinTest, CancelStopsAStatementAndNoOther) {
  CancelToken cancel;
  Rows rows;
  std::thread later([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(200));
    cancel.cancel();
  });
  const auto start = std::chrono::steady_clock::now();
  EXPECT_EQ(outcome(twin->evaluate({}, {"SELECT pg_sleep(30)", {}, {}, {}}, {}, rows, cancel)),
            "57014 canceling statement due to user request");
  later.join();
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(10));
  EXPECT_EQ(outcome(twin->evaluate({}, {"SELECT 1", {}, {}, {}}, {}, rows, cancel)).substr(0, 5),
            "57014");  // a token is for one operation
  Rows few;
  few.limit = 3;
  EXPECT_EQ(outcome(evaluate({}, "SELECT generate_series(1, 100000000)", few)).substr(0, 5),
            "57014");
  EXPECT_EQ(outcome(evaluate({}, "SELECT 1", rows)), "SELECT 1");
}

TEST_F(TwinTest, LocalAnswersAsTheClientsOwnRole) {
  CancelToken cancel;
  Rows rows;
  EXPECT_EQ(outcome(twin->run_local({"SELECT current_user, count(*) FROM information_schema.tables"
                                     " WHERE table_schema = 'public'",
                                     {},
                                     {},
                                     {}},
                                    {"alice", {}, {}}, rows, cancel)),
            "SELECT 1");
  EXPECT_THAT(rows.rows, ::testing::ElementsAre("alice|1"));
  CancelToken second;
  EXPECT_EQ(outcome(twin->run_local({"CREATE TABLE no (a int)", {}, {}, {}}, {"postgres", {}, {}},
                                    rows, second))
                .substr(0, 5),
            "25006");
}

std::string converted(const Answer<protocol::Bytes>& answer) {
  if (const auto* error = std::get_if<protocol::ErrorFields>(&answer)) {
    return std::string(error->sqlstate()) + " " + std::string(error->get('M'));
  }
  std::string hex;
  for (const std::byte byte : std::get<protocol::Bytes>(answer)) {
    constexpr const char* kDigits = "0123456789abcdef";
    hex += kDigits[std::to_integer<unsigned>(byte) >> 4U];
    hex += kDigits[std::to_integer<unsigned>(byte) & 15U];
  }
  return hex;
}

Conversion text_of(std::uint32_t type, std::string_view text, std::int32_t typmod = -1) {
  const auto bytes = protocol::as_bytes(text);
  return {type, type, typmod, 0, 1, {bytes.begin(), bytes.end()}};
}

TEST_F(TwinTest, ConversionsArePostgresOwn) {
  const SessionState german{"", {{"DateStyle", "German"}}, {}};
  const Converted values = twin->convert({text_of(1082, "1.2.2000"),
                                          text_of(1082, "nonsense"),
                                          text_of(1082, "40.1.2000"),
                                          text_of(1043, "abcdef", 4 + 5),
                                          text_of(1043, "abc  ", 4 + 3),
                                          text_of(1042, "ab", 4 + 4),
                                          text_of(1700, "1.255", ((10 << 16) | 2) + 4),
                                          text_of(16, "maybe"),
                                          {25, 1082, -1, 0, 1, text_of(25, "2.1.2000").value}},
                                         german);
  ASSERT_EQ(values.size(), 9U);
  EXPECT_EQ(converted(values[0]), "0000001f");
  EXPECT_EQ(converted(values[1]), "22007 invalid input syntax for type date: \"nonsense\"");
  EXPECT_EQ(converted(values[2]).substr(0, 5), "22008");
  EXPECT_EQ(converted(values[3]), "22001 value too long for type character varying(5)");
  EXPECT_EQ(converted(values[4]), "616263");
  EXPECT_EQ(converted(values[5]), "61622020");
  EXPECT_EQ(converted(values[6]), "000200000000000200010a28");
  EXPECT_EQ(converted(values[7]), "22P02 invalid input syntax for type boolean: \"maybe\"");
  EXPECT_EQ(converted(values[8]), "00000001");
  const Converted back = twin->convert(
      {{1082, 1082, -1, 1, 0, {std::byte{0}, std::byte{0}, std::byte{0}, std::byte{31}}}}, german);
  EXPECT_EQ(converted(back[0]), "30312e30322e32303030");
}

TEST_F(TwinTest, NothingIsLeftInWork) {
  EXPECT_EQ(work("SELECT count(*) FROM patients"), "0");
  EXPECT_EQ(work("SELECT count(*) FROM pg_stat_activity WHERE query <> ''"
                 " AND pid <> pg_backend_pid()"),
            "0");
}

TEST_F(TwinTest, RefreshTakesNewTables) {
  server->run("clinic", "CREATE TABLE later (a int, b mood)");
  EXPECT_EQ(code(twin->analyse("SELECT b FROM later", {}, {})), "42P01");
  const auto before = twin->generation();
  const auto start = std::chrono::steady_clock::now();
  auto refreshed = twin->refresh();
  ASSERT_TRUE(refreshed) << describe(refreshed.error());
  RecordProperty("refresh_ms", static_cast<int>((std::chrono::steady_clock::now() - start) /
                                                std::chrono::milliseconds(1)));
  EXPECT_EQ(twin->generation(), before + 1);
  EXPECT_EQ(code(twin->analyse("SELECT b FROM later", {}, {})), "ok");
  EXPECT_EQ(model("SELECT 'later'::regclass::oid"),
            server->ask("clinic", "SELECT 'later'::regclass::oid"));
}

TEST_F(TwinTest, KilledTwinComesBack) {
  ASSERT_TRUE(twin->ready());
  const auto before = twin->generation();
  ASSERT_EQ(::kill(twin->postmaster_pid(), SIGKILL), 0);
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(30);
  bool refused = false;
  while (twin->generation() <= before && std::chrono::steady_clock::now() < end) {
    refused = refused || code(twin->analyse("SELECT 1", {}, {})) == "57P03";
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  EXPECT_TRUE(refused);
  EXPECT_EQ(twin->generation(), before + 1);
  EXPECT_EQ(code(twin->analyse("SELECT id FROM patients", {}, {})), "ok");
}

TEST_F(TwinTest, StaleDirectoriesGoAndOthersStay) {
  const std::string stale = "/dev/shm/pgveil-999999999-0123abcd";
  const std::string other = "/dev/shm/pgveil-999999999-notours";
  std::filesystem::create_directories(stale + "/g1");
  std::filesystem::create_directories(other);
  TwinConfig config;
  config.upstream = server->conninfo("does_not_exist");
  Twin second(config);
  const auto started = second.start();
  ASSERT_FALSE(started);
  EXPECT_EQ(started.error().code, Errc::Upstream);
  EXPECT_FALSE(std::filesystem::exists(stale));
  EXPECT_TRUE(std::filesystem::exists(other));
  std::filesystem::remove_all(other);
}

}  // namespace
}  // namespace pgveil::proxy::twin
