// Rewritten statements: sealed on the way in, opened on the way out, under the client's own view.

#include "tests/sim/script.hpp"

#include <gtest/gtest.h>

namespace pgveil::sim {
namespace {

using Kind = policy::ServerOutput::Kind;

PreparedPlan select_names() {
  return in_place_plan({.sql = "SELECT zip, name, id FROM p",
                        .outputs = {Kind::Forward, Kind::Open, Kind::Subject},
                        .columns = {"zip", "name"},
                        .literals = {}});
}

PreparedPlan insert_name() {
  return in_place_plan({.sql = "INSERT INTO p VALUES ({0})",
                        .outputs = {},
                        .columns = {},
                        .literals = {"'Meier'"},
                        .verb = policy::Verb::Create});
}

PreparedPlan insert_parameter() {
  return in_place_plan({.sql = "INSERT INTO p VALUES ($1)",
                        .outputs = {},
                        .columns = {},
                        .sealed_parameters = 1,
                        .literals = {},
                        .verb = policy::Verb::Create});
}

void check(Script& script) {
  script.run();
  script.check_every_chunking();
  script.check_every_disconnect();
}

TEST(InPlace, AQueryIsRewrittenAndItsRowsOpened) {
  Script script;
  script.plans().plans["SELECT zip, name FROM p"] = select_names();
  script.client(query("SELECT zip, name FROM p"))
      .expect_server(query("SELECT zip, name, id FROM p"));
  script.server(
      all({columns({{"zip"}, {"name", 17}, {"id", 23}}), row({"8000", "sealed:Meier", "7"}),
           row({"9000", std::nullopt, "8"}), complete("SELECT 2"), ready()}));
  script.expect_client(all({columns({{"zip"}, {"name"}}), row({"8000", "Meier"}),
                            row({"9000", std::nullopt}), complete("SELECT 2"), ready()}));
  script.expect_begins(1).expect_ends({"00000"}).expect_subjects({"7", "8"});
  check(script);
}

TEST(InPlace, ALiteralIsSealed) {
  Script script;
  script.plans().plans["INSERT INTO p VALUES ('Meier')"] = insert_name();
  script.client(query("INSERT INTO p VALUES ('Meier')"))
      .expect_server(query("INSERT INTO p VALUES (sealed:'Meier')"));
  script.server(all({complete("INSERT 0 1"), ready()}))
      .expect_client(all({complete("INSERT 0 1"), ready()}));
  check(script);
}

TEST(InPlace, AValueThatOnlyTheTwinReadsIsConvertedFirst) {
  Script script;
  PreparedPlan plan = insert_name();
  plan.literals = {"'twin'"};
  script.plans().plans["INSERT INTO p VALUES ('twin')"] = plan;
  script.client(query("INSERT INTO p VALUES ('twin')")).expect_nothing_upstream();
  script.converts_to("1948-02-29").expect_server(query("INSERT INTO p VALUES (sealed:1948-02-29)"));
  script.server(all({complete("INSERT 0 1"), ready()}))
      .expect_client(all({complete("INSERT 0 1"), ready()}));
  check(script);
}

TEST(InPlace, AValueThatIsNoneFailsWithoutTheServer) {
  Script script;
  PreparedPlan plan = insert_name();
  plan.literals = {"'bad'"};
  script.plans().plans["INSERT INTO p VALUES ('bad')"] = plan;
  script.client(query("INSERT INTO p VALUES ('bad')"))
      .expect_client(all({error("22P02", "invalid input syntax"), ready()}));
  check(script);
}

TEST(InPlace, ABadValueInABlockFailsTheBlock) {
  Script script;
  PreparedPlan plan = insert_name();
  plan.literals = {"'bad'"};
  script.plans().plans["INSERT INTO p VALUES ('bad')"] = plan;
  script.client(query("BEGIN")).expect_server(query("BEGIN"));
  script.server(all({complete("BEGIN"), ready('T')}))
      .expect_client(all({complete("BEGIN"), ready('T')}));
  script.client(query("INSERT INTO p VALUES ('bad')"))
      .expect_server(query("SELECT pg_catalog.pgveil_refused()"));
  script.server(all({provoked(), ready('E')}))
      .expect_client(all({error("22P02", "invalid input syntax"), ready('E')}));
  check(script);
}

TEST(InPlace, TheExtendedProtocolAsksForSealedCellsInBinary) {
  Script script;
  script.plans().plans["SELECT zip, name FROM p"] = select_names();
  script.client(all({parse("", "SELECT zip, name FROM p"), bind("", "", {}, {1, 0}),
                     describe_portal(""), execute(""), sync()}));
  script.expect_server(all({parse("", "SELECT zip, name, id FROM p"), bind("", "", {}, {1, 1, 0}),
                            describe_portal(""), execute(""), sync()}));
  script.server(all({parse_complete(), bind_complete(),
                     columns({{"zip", 25, 1}, {"name", 17, 1}, {"id", 23}}),
                     row({"8000", "sealed:Meier", "7"}), complete("SELECT 1"), ready()}));
  script.expect_client(
      all({parse_complete(), bind_complete(), columns({{"zip", 25, 1}, {"name", 25, 0}}),
           row({"8000", "Meier"}), complete("SELECT 1"), ready()}));
  check(script);
}

TEST(InPlace, OneFormatStandsForAllOfTheClientsColumns) {
  Script script;
  script.plans().plans["SELECT zip, name FROM p"] = select_names();
  script.client(all({parse("", "SELECT zip, name FROM p"), bind("", "", {}, {1}), sync()}));
  script.expect_server(
      all({parse("", "SELECT zip, name, id FROM p"), bind("", "", {}, {1, 1, 0}), sync()}));
  script.server(all({parse_complete(), bind_complete(), ready()}))
      .expect_client(all({parse_complete(), bind_complete(), ready()}));
  check(script);
}

TEST(InPlace, FormatsMustFitTheClientsColumnsNotTheServers) {
  Script script;
  script.plans().plans["SELECT zip, name FROM p"] = select_names();
  script.client(all({parse("", "SELECT zip, name FROM p"), bind("", "", {}, {0, 0, 0}), sync()}));
  script.expect_server(all({parse("", "SELECT zip, name, id FROM p"), failing_parse(), sync()}));
  script.server(all({parse_complete(), provoked(), ready()}));
  script.expect_client(
      all({parse_complete(),
           error("08P01", "bind message has 3 result formats but query has 2 columns"), ready()}));
  check(script);
}

TEST(InPlace, ParametersAreSealed) {
  Script script;
  script.plans().plans["INSERT INTO p VALUES ($1)"] = insert_parameter();
  script.client(all({parse("", "INSERT INTO p VALUES ($1)"), describe_statement(""),
                     bind("", "", {"Meier"}), execute(""), sync()}));
  script.expect_server(all({parse("", "INSERT INTO p VALUES ($1)", {17}), describe_statement(""),
                            bind("", "", {"sealed:Meier"}, {}, {1}), execute(""), sync()}));
  script.server(all({parse_complete(), parameters({17}), no_data(), bind_complete(),
                     complete("INSERT 0 1"), ready()}));
  script.expect_client(all({parse_complete(), parameters({25}), no_data(), bind_complete(),
                            complete("INSERT 0 1"), ready()}));
  script.expect_begins(1).expect_ends({"00000"});
  check(script);
}

TEST(InPlace, ParametersThatOnlyTheTwinReadsAreConverted) {
  Script script;
  script.plans().plans["INSERT INTO p VALUES ($1)"] = insert_parameter();
  script.client(
      all({parse("", "INSERT INTO p VALUES ($1)"), bind("", "", {"twin"}), execute(""), sync()}));
  script.expect_server(parse("", "INSERT INTO p VALUES ($1)", {17}));
  script.converts_to("x").expect_server(
      all({bind("", "", {"sealed:x"}, {}, {1}), execute(""), sync()}));
  script.server(all({parse_complete(), bind_complete(), complete("INSERT 0 1"), ready()}));
  script.expect_client(all({parse_complete(), bind_complete(), complete("INSERT 0 1"), ready()}));
  check(script);
}

TEST(InPlace, AWrongNumberOfParametersIsTheServersError) {
  Script script;
  script.plans().plans["INSERT INTO p VALUES ($1)"] = insert_parameter();
  script.client(all({parse("", "INSERT INTO p VALUES ($1)"), bind("", "", {"a", "b"}), sync()}));
  script.expect_server(
      all({parse("", "INSERT INTO p VALUES ($1)", {17}), failing_parse(), sync()}));
  script.server(all({parse_complete(), provoked(), ready()}));
  script.expect_client(all({parse_complete(),
                            error("08P01",
                                  "bind message supplies 2 parameters, but prepared "
                                  "statement \"\" requires 1"),
                            ready()}));
  check(script);
}

TEST(InPlace, RowLimitsAreTheServers) {
  Script script;
  script.plans().plans["SELECT zip, name FROM p"] = select_names();
  script.client(all({parse("", "SELECT zip, name FROM p"), bind("", ""), execute("", 1), flush()}));
  script.expect_server(all({parse("", "SELECT zip, name, id FROM p"), bind("", "", {}, {0, 1, 0}),
                            execute("", 1), flush()}));
  script.server(all({parse_complete(), bind_complete(), row({"1", "sealed:a", "7"}), suspended()}));
  script.expect_client(all({parse_complete(), bind_complete(), row({"1", "a"}), suspended()}));
  script.client(all({execute("", 1), sync()})).expect_server(all({execute("", 1), sync()}));
  script.server(all({row({"2", "sealed:b", "8"}), complete("SELECT 1"), ready()}));
  script.expect_client(all({row({"2", "b"}), complete("SELECT 1"), ready()}));
  script.expect_begins(2).expect_ends({"00000", "00000"}).expect_subjects({"7", "8"});
  check(script);
}

TEST(InPlace, ManyPatientsAreRecordedInSteps) {
  Script script;
  script.plans().plans["SELECT zip, name FROM p"] = select_names();
  script.client(query("SELECT zip, name FROM p"))
      .expect_server(query("SELECT zip, name, id FROM p"));
  script.server(
      all({row({"1", "sealed:a", "1"}), row({"1", "sealed:a", "2"}), row({"1", "sealed:a", "3"}),
           row({"1", "sealed:a", "4"}), complete("SELECT 4"), ready()}));
  script.expect_client(all({row({"1", "a"}), row({"1", "a"}), row({"1", "a"}), row({"1", "a"}),
                            complete("SELECT 4"), ready()}));
  script.expect_ends({"00000"}).expect_subjects({"1", "2", "3", "4"});
  check(script);
}

TEST(InPlace, ADamagedCellIsAnErrorAndNothingElseOfTheAnswerIsShown) {
  Script script;
  script.plans().plans["SELECT zip, name FROM p"] = select_names();
  script.client(query("SELECT zip, name FROM p"))
      .expect_server(query("SELECT zip, name, id FROM p"));
  script.server(all(
      {row({"1", "damaged", "7"}), row({"2", "sealed:b", "8"}), complete("SELECT 2"), ready()}));
  script.expect_client(all({error("XX001", "a stored value is damaged"), ready()}));
  script.expect_ends({"XX001"});
  check(script);
}

TEST(InPlace, ADamagedCellInABlockFailsTheBlock) {
  Script script;
  script.plans().plans["SELECT zip, name FROM p"] = select_names();
  script.client(query("BEGIN")).expect_server(query("BEGIN"));
  script.server(all({complete("BEGIN"), ready('T')}))
      .expect_client(all({complete("BEGIN"), ready('T')}));
  script.client(query("SELECT zip, name FROM p"))
      .expect_server(query("SELECT zip, name, id FROM p"));
  script.server(all({row({"1", "damaged", "7"}), complete("SELECT 1"), ready('T')}));
  script.expect_client(error("XX001", "a stored value is damaged"));
  script.expect_server(query("SELECT pg_catalog.pgveil_refused()"));
  script.server(all({provoked(), ready('E')})).expect_client(ready('E'));
  check(script);
}

TEST(InPlace, ErrorsOfTheServerAreScrubbed) {
  Script script;
  script.plans().plans["INSERT INTO p VALUES ('Meier')"] = insert_name();
  script.client(query("INSERT INTO p VALUES ('Meier')"))
      .expect_server(query("INSERT INTO p VALUES (sealed:'Meier')"));
  script.server(all({error("23505", "duplicate key value violates unique constraint \"p_ssn_key\"",
                           "Key (pgveil.equality(ssn))=(sealed:x) already exists."),
                     ready()}));
  script.expect_client(all(
      {error("23505", "duplicate key value violates unique constraint \"p_ssn_key\""), ready()}));
  script.expect_ends({"23505"});
  check(script);
}

TEST(InPlace, AMixedTextIsOneQueryAndPositionsAreTheClients) {
  Script script;
  script.plans().plans["INSERT INTO p VALUES ('Meier')"] = insert_name();
  script.client(query("INSERT INTO p VALUES ('Meier'); SELECT zipp FROM q"))
      .expect_server(query("INSERT INTO p VALUES (sealed:'Meier'); SELECT zipp FROM q"));
  auto fields = protocol::make_error("ERROR", "42703", "no such column");
  fields.set('P', "47");  // zipp in what was sent
  Bytes sent;
  protocol::encode_error_response(sent, fields);
  fields.set('P', "40");  // zipp in what the client wrote
  Bytes shown;
  protocol::encode_error_response(shown, fields);
  script.server(all({complete("INSERT 0 1"), sent, ready()}));
  script.expect_client(all({complete("INSERT 0 1"), shown, ready()}));
  script.run();
}

}  // namespace
}  // namespace pgveil::sim
