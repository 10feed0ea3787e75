// COPY of tagged columns: the session's own COPY upstream, its own data and end to the client.

#include "protocol/message/copy.hpp"
#include "protocol/message/errors.hpp"
#include "tests/sim/script.hpp"

#include <gtest/gtest.h>

namespace pgveil::sim {
namespace {

using Kind = policy::ServerOutput::Kind;
using protocol::copy::Direction;

constexpr const char* kIn = "COPY p (id, name) FROM STDIN";
constexpr const char* kOut = "COPY p (zip, name) TO STDOUT";
constexpr const char* kSent = "COPY public.p (id, name) FROM STDIN (FORMAT text)";
constexpr const char* kPiece = "pgveil_piece";

PreparedPlan copy_in_plan(bool csv = false) {
  PreparedPlan plan = in_place_plan(
      {.sql = kSent, .outputs = {}, .columns = {}, .literals = {}, .verb = policy::Verb::Create});
  auto copy = std::make_shared<proxy::CopyPlan>();
  copy->direction = Direction::From;
  copy->columns = {"id", "name"};
  copy->table = "p";
  copy->subject = 0;
  copy->subject_type = 23;
  if (csv) {
    copy->options.format = protocol::copy::Format::Csv;
    copy->options.delimiter = ',';
    copy->options.null_text.clear();
    copy->options.header = protocol::copy::Header::Line;
  }
  policy::ServerParameter sealed;
  sealed.client_index = 2;
  sealed.use.kind = policy::ValueUse::Kind::Seal;
  copy->sealed = {sealed};
  plan.copy = std::move(copy);
  return plan;
}

PreparedPlan copied(PreparedPlan plan, std::vector<std::string> columns) {
  auto copy = std::make_shared<proxy::CopyPlan>();
  copy->direction = Direction::To;
  copy->columns = std::move(columns);
  copy->rows = std::move(*plan.columns);
  copy->query = "SELECT zip, name FROM ONLY p";
  plan.columns.reset();
  plan.copy = std::move(copy);
  return plan;
}

PreparedPlan copy_out_plan() {
  return copied(in_place_plan({.sql = "SELECT zip, name, id FROM p",
                               .outputs = {Kind::Forward, Kind::Open, Kind::Subject},
                               .columns = {"zip", "name"},
                               .literals = {},
                               .verb = policy::Verb::Export}),
                {"zip", "name"});
}

std::string hex(std::string_view text) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string out = "\\\\x";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    out += kDigits[byte >> 4U];
    out += kDigits[byte & 15U];
  }
  return out;
}

std::string sealed_line(std::string_view id, std::string_view name) {
  return std::string(id) + "\t" + hex("sealed:" + std::string(name)) + "\n";
}

Bytes begun(bool in, std::int16_t columns) {
  Bytes out;
  const protocol::CopyResponse response{
      0, std::vector<std::int16_t>(static_cast<std::size_t>(columns))};
  in ? protocol::encode_copy_in_response(out, response)
     : protocol::encode_copy_out_response(out, response);
  return out;
}

Bytes piece(std::string_view sql, std::vector<std::int16_t> formats = {}) {
  return all({close_portal(kPiece), close_statement(kPiece), parse(kPiece, sql),
              bind(kPiece, kPiece, {}, std::move(formats)), describe_portal(kPiece),
              execute(kPiece), flush()});
}

Bytes started() {
  return all({close_complete(), close_complete(), parse_complete(), bind_complete(), no_data()});
}

Bytes error_at(std::string_view sqlstate, std::string_view message, std::string context) {
  protocol::ErrorFields fields = protocol::make_error("ERROR", sqlstate, message);
  fields.set('W', std::move(context));
  Bytes out;
  protocol::encode_error_response(out, fields);
  return out;
}

void check(Script& script) {
  script.run();
  script.check_every_chunking();
  script.check_every_disconnect();
}

/// Up to the client's CopyInResponse.
Script& start(Script& script, bool csv = false) {
  script.plans().plans[kIn] = copy_in_plan(csv);
  script.client(query(kIn)).expect_server(piece(kSent));
  script.server(all({started(), copy_in()})).expect_client(begun(true, 2));
  return script;
}

TEST(CopyTagged, InIsSealedRowByRow) {
  Script script;
  start(script).client(copy_data("1\tMeier\n")).expect_server(copy_data(sealed_line("1", "Meier")));
  script.client(copy_data("02\t\\N\n")).expect_server(copy_data("02\t\\N\n"));
  script.client(copy_data("3\tno newline"));
  script.expect_nothing_upstream();
  script.client(copy_done())
      .expect_server(all({copy_data(sealed_line("3", "no newline")), copy_done(), flush()}));
  script.server(complete("COPY 3")).expect_client(complete("COPY 3")).expect_server(sync());
  script.server(ready()).expect_client(ready());
  script.expect_begins(1).expect_ends({"00000"}).expect_subjects({"1", "2", "3"});
  check(script);
}

TEST(CopyTagged, ARowMayComeInManyMessages) {
  Script script;
  start(script).client(all({copy_data("1\tMe"), copy_data("ie")})).expect_nothing_upstream();
  script.client(all({copy_data("r\n")})).expect_server(copy_data(sealed_line("1", "Meier")));
  script.client(copy_done()).expect_server(all({copy_done(), flush()}));
  script.server(complete("COPY 1")).expect_client(complete("COPY 1")).expect_server(sync());
  script.server(ready()).expect_client(ready());
  check(script);
}

TEST(CopyTagged, NothingIsSentBeforeTheBeginRecord) {
  Script script;
  script.manual_audit();
  script.plans().plans[kIn] = copy_in_plan();
  script.client(query(kIn)).expect_nothing_upstream();
  script.audit_is_durable().expect_server(piece(kSent));
  script.server(all({started(), copy_in()})).expect_client(begun(true, 2));
  script.client(copy_done()).expect_server(all({copy_done(), flush()}));
  script.server(complete("COPY 0")).expect_client(complete("COPY 0")).expect_server(sync());
  script.server(ready()).expect_silence();
  script.audit_is_durable().expect_client(ready());
  check(script);
}

TEST(CopyTagged, ASpellingOfTheTwinHoldsTheRowsBehindIt) {
  Script script;
  start(script).client(copy_data("1\ttwin\n")).expect_nothing_upstream();
  script.client(copy_data("2\tb\n")).expect_nothing_upstream();
  script.converts_to("Meier").expect_server(
      all({copy_data(sealed_line("1", "Meier")), copy_data(sealed_line("2", "b"))}));
  script.client(copy_done()).expect_server(all({copy_done(), flush()}));
  script.server(complete("COPY 2")).expect_client(complete("COPY 2")).expect_server(sync());
  script.server(ready()).expect_client(ready());
  script.run();
  script.check_every_disconnect();
}

TEST(CopyTagged, ABadValueNamesLineAndColumn) {
  Script script;
  start(script).client(copy_data("1\ta\n")).expect_server(copy_data(sealed_line("1", "a")));
  script.client(copy_data("2\tbad\n")).expect_server(all({copy_fail("pgveil_refused"), flush()}));
  script.server(error("57014", "COPY from stdin failed: pgveil_refused"));
  script.expect_client(
      error_at("22P02", "invalid input syntax", "COPY p, line 2, column name: \"bad\""));
  script.expect_server(sync());
  script.server(ready()).expect_client(ready());
  const Bytes late = all({copy_data("3\tnot for the server\n"), copy_done()});
  script.client(late).expect_nothing_upstream();
  script.client(query("SELECT 2")).expect_server(query("SELECT 2"));
  script.server(all({complete("SELECT 0"), ready()}))
      .expect_client(all({complete("SELECT 0"), ready()}));
  script.expect_ends({"22P02"});
  check(script);
}

TEST(CopyTagged, AnErrorOfTheServerBeforeOursComesFirst) {
  Script script;
  start(script, true).client(copy_data("id,name\n1,a\n"));
  script.expect_server(copy_data(sealed_line("1", "a")));
  script.client(copy_data("2,bad\n")).expect_server(all({copy_fail("pgveil_refused"), flush()}));
  protocol::ErrorFields said = protocol::make_error("ERROR", "23505", "duplicate key");
  said.set('W', "COPY p, line 1, column name: \"\\\\xf80101\"");
  Bytes encoded;
  protocol::encode_error_response(encoded, said);
  script.server(encoded);
  script.expect_client(error_at("23505", "duplicate key", "COPY p, line 2, column name"));
  script.expect_server(sync());
  script.server(ready()).expect_client(ready());
  script.run();
  script.check_every_disconnect();
}

TEST(CopyTagged, MissingDataIsSaidAsPostgresSaysIt) {
  Script script;
  start(script).client(copy_data("1\n")).expect_server(all({copy_fail("pgveil_refused"), flush()}));
  script.server(error("57014", "COPY from stdin failed: pgveil_refused"));
  script.expect_client(
      error_at("22P04", "missing data for column \"name\"", "COPY p, line 1: \"1\""));
  script.expect_server(sync());
  script.server(ready()).expect_client(ready());
  check(script);
}

TEST(CopyTagged, TheClientMayGiveUp) {
  Script script;
  start(script).client(copy_data("1\ta\n")).expect_server(copy_data(sealed_line("1", "a")));
  script.client(copy_fail("no more")).expect_server(all({copy_fail("no more"), flush()}));
  script.server(error("57014", "COPY from stdin failed: no more"))
      .expect_client(error("57014", "COPY from stdin failed: no more"))
      .expect_server(sync());
  script.server(ready()).expect_client(ready());
  script.client(query("SELECT 2")).expect_server(query("SELECT 2"));
  script.server(all({complete("SELECT 0"), ready()}))
      .expect_client(all({complete("SELECT 0"), ready()}));
  check(script);
}

TEST(CopyTagged, EverythingMayBeSentAheadAndWaits) {
  Script script;
  script.plans().plans[kIn] = copy_in_plan();
  script.client(all({query(kIn), copy_data("1\ta\n"), copy_done(), query("SELECT 2")}));
  script.expect_server(piece(kSent));
  script.server(all({started(), copy_in()})).expect_client(begun(true, 2));
  script.expect_server(all({copy_data(sealed_line("1", "a")), copy_done(), flush()}));
  script.server(complete("COPY 1")).expect_client(complete("COPY 1"));
  script.expect_server(all({sync(), query("SELECT 2")}));
  script.server(ready()).expect_client(ready());
  script.server(all({complete("SELECT 0"), ready()}))
      .expect_client(all({complete("SELECT 0"), ready()}));
  check(script);
}

TEST(CopyTagged, DataSentAheadOfARefusalGoesNowhere) {
  Script script;
  script.plans().plans[kIn] = refused_plan("no");
  script.client(all({query(kIn), copy_data("1\tMeier\n"), copy_done()}));
  script.expect_client(all({error("42501", "no"), ready()})).expect_nothing_upstream();
  script.client(all({parse("", kIn), bind("", ""), execute(""), sync(), copy_data("1\tMeier\n"),
                     copy_done(), sync()}));
  script.expect_server(
      all({failing_parse(""), bind("", "pgveil_refused"), execute("pgveil_refused"), sync()}));
  script.server(all({provoked(), ready()}));
  script.expect_client(all({error("42501", "no"), ready()})).expect_server(sync());
  script.server(ready()).expect_client(ready());
  script.run();
}

TEST(CopyTagged, InByTheExtendedProtocol) {
  Script script;
  script.plans().plans[kIn] = copy_in_plan();
  script.client(all({parse("", kIn), describe_statement(""), bind("", ""), execute(""), sync()}));
  script.expect_server(all({parse("", kSent), describe_statement(""), bind("", ""), execute("")}));
  script.server(all({parse_complete(), parameters({}), no_data(), bind_complete(), copy_in()}));
  script.expect_client(
      all({parse_complete(), parameters({}), no_data(), bind_complete(), begun(true, 2)}));
  script.client(copy_data("1\ta\n")).expect_server(copy_data(sealed_line("1", "a")));
  script.client(all({copy_done(), sync()})).expect_server(all({copy_done(), sync()}));
  script.server(all({complete("COPY 1"), ready()}))
      .expect_client(all({complete("COPY 1"), ready()}));
  script.run();
  script.check_every_disconnect();
}

TEST(CopyTagged, AFailureInABatchWaitsForTheSyncBehindTheData) {
  Script script;
  script.plans().plans[kIn] = copy_in_plan();
  script.client(all({parse("", kIn), bind("", ""), execute(""), flush()}));
  script.expect_server(all({parse("", kSent), bind("", ""), execute("")}));
  script.server(all({parse_complete(), bind_complete(), copy_in()}))
      .expect_client(all({parse_complete(), bind_complete(), begun(true, 2)}))
      .expect_server(flush());
  script.client(copy_data("1\tbad\n")).expect_server(copy_fail("pgveil_refused"));
  script.server(error("57014", "COPY from stdin failed: pgveil_refused"))
      .expect_client(
          error_at("22P02", "invalid input syntax", "COPY p, line 1, column name: \"bad\""));
  script.client(all({copy_data("2\tx\n"), copy_done(), sync()})).expect_server(sync());
  script.server(ready('E')).expect_client(ready('E'));
  script.run();
  script.check_every_disconnect();
}

TEST(CopyTagged, OutIsMadeOfTheQuerysRows) {
  Script script;
  script.plans().plans[kOut] = copy_out_plan();
  script.client(query(kOut)).expect_server(piece("SELECT zip, name, id FROM p", {0, 1, 0}));
  script.server(
      all({close_complete(), close_complete(), parse_complete(), bind_complete(),
           columns({{"zip"}, {"name", 17}, {"id", 23}}), row({"8000", "sealed:Mei\ter", "7"}),
           row({std::nullopt, "sealed:", "8"}), complete("SELECT 2")}));
  script.expect_client(all({begun(false, 2), copy_data("8000\tMei\\ter\n"), copy_data("\\N\t\n"),
                            copy_done(), complete("COPY 2")}));
  script.expect_server(sync());
  script.server(ready()).expect_client(ready());
  script.expect_begins(1).expect_ends({"00000"}).expect_subjects({"7", "8"});
  check(script);
}

TEST(CopyTagged, OutOfWhatTheTwinAnswers) {
  Script script;
  script.plans().plans[kOut] = copied(split_plan("SELECT 0, name FROM p", {"upper"}), {"upper"});
  script.client(all({parse("", kOut), bind("", ""), describe_portal(""), execute(""), sync()}));
  script.expect_server(all({parse("", "SELECT 0, name FROM p"), bind("", "", {}, {1}),
                            describe_portal(""), execute(""), sync()}));
  script.server(all({parse_complete(), bind_complete(), columns({{"tag", 23}, {"name", 17}}),
                     row({"0", "sealed:a"}), complete("SELECT 1")}));
  script.expect_client(all({parse_complete(), bind_complete(), no_data()}));
  script.twin_answers(twin_rows({"A", "B"}, "SELECT 2"));
  script.expect_client(
      all({begun(false, 1), copy_data("A\n"), copy_data("B\n"), copy_done(), complete("COPY 2")}));
  script.server(ready()).expect_client(ready());
  script.run();
  script.check_every_disconnect();
}

TEST(CopyTagged, APortalCopiesOutOnce) {
  Script script;
  script.plans().plans[kOut] = copy_out_plan();
  script.client(all({parse("", kOut), bind("", ""), execute(""), execute(""), sync()}));
  script.expect_server(all({parse("", "SELECT zip, name, id FROM p"), bind("", "", {}, {0, 1, 0}),
                            execute(""), failing_parse(), sync()}));
  script.server(
      all({parse_complete(), bind_complete(), complete("SELECT 0"), provoked(), ready()}));
  script.expect_client(
      all({parse_complete(), bind_complete(), begun(false, 2), copy_done(), complete("COPY 0"),
           error("55000", "portal \"\" cannot be run"), ready()}));
  script.run();
}

}  // namespace
}  // namespace pgveil::sim
