#include "policy/model/policy.hpp"

#include "policy/model/relation_name.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

namespace pgveil::policy {
namespace {

using ::testing::HasSubstr;

constexpr const char* kClinic = R"toml(
version = 1

[table."public.patients"]
subject = "id"
[table."public.patients".column]
ssn       = { phi = "ssn", class = "government_id", seal = true, search = ["equality"], mask = "last4" }
last_name = { phi = "name", class = "demographics", seal = true, search = ["equality:folded", "text"] }
zip       = { phi = "zip", class = "contact", mask = "zip3" }
[table."public.visits"]
subject = "patient_id"
column.diagnosis = { class = "diagnoses", seal = true, field = "person.diagnosis", pad = 32 }

[role.clinician]
members = ["pg:clinicians"]
allow   = { "*" = ["clear", "search", "create", "change"] }
[role.front_desk]
members = ["reception"]
allow   = { demographics = ["clear"], government_id = ["masked", "search"], contact = ["masked"] }
rows    = { "public.patients" = "not vip" }
idle_timeout = "10m"
)toml";

Policy accepted(std::string_view text) {
  auto result = parse_policy(text, "policy.toml");
  if (const auto* errors = std::get_if<std::vector<PolicyError>>(&result)) {
    for (const PolicyError& error : *errors) {
      ADD_FAILURE() << print(error);
    }
    return {};
  }
  return std::get<Policy>(std::move(result));
}

std::vector<PolicyError> errors_of(std::string_view text) {
  auto result = parse_policy(text, "policy.toml");
  const auto* errors = std::get_if<std::vector<PolicyError>>(&result);
  return errors == nullptr ? std::vector<PolicyError>{} : *errors;
}

TEST(ParsePolicy, ReadsBothSpellingsOfColumns) {
  const Policy policy = accepted(kClinic);
  ASSERT_EQ(policy.tables.size(), 2U);
  const TablePolicy* patients = policy.table("public", "patients");
  ASSERT_NE(patients, nullptr);
  EXPECT_EQ(patients->subject, "id");
  ASSERT_EQ(patients->columns.size(), 3U);
  const ColumnPolicy* ssn = patients->column("ssn");
  ASSERT_NE(ssn, nullptr);
  EXPECT_EQ(ssn->phi, Phi::Ssn);
  EXPECT_EQ(ssn->cls, DataClass::GovernmentId);
  EXPECT_TRUE(ssn->seal);
  EXPECT_EQ(ssn->search, (TermSet{true, false, false}));
  EXPECT_EQ(ssn->mask.kind, MaskKind::Last4);
  EXPECT_EQ(ssn->field, "public.patients.ssn");
  EXPECT_EQ(ssn->pad, 0);
  EXPECT_EQ(ssn->line, 7);
  EXPECT_EQ(patients->column("last_name")->pad, 16);
  EXPECT_EQ(patients->column("last_name")->search, (TermSet{false, true, true}));
  EXPECT_FALSE(patients->column("zip")->seal);
  const ColumnPolicy* diagnosis = policy.table("public", "visits")->column("diagnosis");
  ASSERT_NE(diagnosis, nullptr);
  EXPECT_EQ(diagnosis->field, "person.diagnosis");
  EXPECT_EQ(diagnosis->pad, 32);
  EXPECT_EQ(diagnosis->phi, Phi::Unstated);
}

TEST(ParsePolicy, ReadsRoles) {
  const Policy policy = accepted(kClinic);
  ASSERT_EQ(policy.roles.size(), 2U);
  EXPECT_EQ(policy.roles[0].name, "clinician");
  const Role* desk = policy.role("front_desk");
  ASSERT_NE(desk, nullptr);
  EXPECT_EQ(desk->members, std::vector<std::string>{"reception"});
  EXPECT_EQ(desk->idle_timeout, std::chrono::minutes(10));
  ASSERT_EQ(desk->rows.size(), 1U);
  EXPECT_EQ(desk->rows[0].sql, "not vip");
  EXPECT_TRUE(desk->verbs(DataClass::GovernmentId).has(PolicyVerb::Search));
  EXPECT_TRUE(desk->verbs(DataClass::Labs).empty());
}

TEST(ParsePolicy, RolesKeepTheOrderOfTheFile) {
  const Policy policy = accepted("version = 1\n[role.zebra]\n[role.ant]\n[role.mole]\n");
  ASSERT_EQ(policy.roles.size(), 3U);
  EXPECT_EQ(policy.roles[0].name, "zebra");
  EXPECT_EQ(policy.roles[1].name, "ant");
}

TEST(ParsePolicy, AStarGrantsEveryVerbThatExists) {
  const Policy policy = accepted("version = 1\n[role.all]\nallow = { \"*\" = [\"*\"] }\n");
  for (const Permission& permission : all_permissions()) {
    EXPECT_TRUE(policy.roles[0].verbs(permission.cls).has(permission.verb)) << name(permission);
  }
  EXPECT_FALSE(policy.roles[0].verbs(DataClass::Consents).has(PolicyVerb::Change));
  EXPECT_FALSE(policy.roles[0].verbs(DataClass::Consents).has(PolicyVerb::Delete));
}

TEST(ParsePolicy, AClassThatIsNamedReplacesTheStar) {
  const Policy policy = accepted(
      "version = 1\n[role.r]\n"
      "allow = { psychotherapy_notes = [], \"*\" = [\"clear\"], labs = [\"masked\"] }\n");
  const Role& role = policy.roles[0];
  EXPECT_TRUE(role.verbs(DataClass::PsychotherapyNotes).empty());
  EXPECT_FALSE(role.verbs(DataClass::Labs).has(PolicyVerb::Clear));
  EXPECT_TRUE(role.verbs(DataClass::Billing).has(PolicyVerb::Clear));
}

TEST(ParsePolicy, PrintsToAnEqualPolicy) {
  const Policy policy = accepted(kClinic);
  const std::string printed = print_policy(policy);
  const Policy again = accepted(printed);
  EXPECT_EQ(policy.tables, again.tables);
  EXPECT_EQ(policy.roles, again.roles);
  EXPECT_EQ(policy.epoch, again.epoch);
  EXPECT_EQ(printed, print_policy(again));
}

TEST(ParsePolicy, EpochFollowsTheMeaning) {
  const Policy policy = accepted(kClinic);
  EXPECT_EQ(policy.epoch, accepted(std::string("# a comment\n") + kClinic).epoch);
  std::string other = kClinic;
  other.replace(other.find("not vip"), 7, "not dip");
  EXPECT_NE(policy.epoch, accepted(other).epoch);
}

struct ErrorCase {
  const char* name;
  const char* text;
  int line;
  const char* message;
  const char* remedy;
};

const ErrorCase kErrors[] = {
    {"syntax", "version = 1\n[table\n", 2, "", "TOML"},
    {"no_version", "[role.r]\n", 1, "version is missing", "version = 1"},
    {"other_version", "version = 2\n", 1, "version of the format", "version = 1"},
    {"unknown_top_key", "version = 1\n[rolle.r]\n", 2, "unknown key \"rolle\"",
     "did you mean \"role\"?"},
    {"unknown_table_key",
     "version = 1\n[table.\"a.b\"]\nsubjekt = \"id\"\ncolumn.c = { class = \"labs\" }", 3,
     "unknown key \"subjekt\"", "did you mean \"subject\"?"},
    {"unknown_column_key",
     "version = 1\n[table.\"a.b\"]\ncolumn.c = { class = \"labs\", sael = true }", 3,
     "unknown key \"sael\"", "did you mean \"seal\"?"},
    {"unknown_class", "version = 1\n[table.\"a.b\"]\ncolumn.c = { class = \"lab\" }", 3,
     "class = \"lab\" is not known", "did you mean \"labs\"?"},
    {"no_class", "version = 1\n[table.\"a.b\"]\ncolumn.c = { seal = true }", 3, "class is missing",
     "13 data classes"},
    {"unknown_phi", "version = 1\n[table.\"a.b\"]\ncolumn.c = { class = \"labs\", phi = \"sn\" }",
     3, "phi = \"sn\" is not known", "did you mean \"ssn\"?"},
    {"unknown_mask",
     "version = 1\n[table.\"a.b\"]\ncolumn.c = { class = \"labs\", mask = \"last5\" }", 3,
     "mask = \"last5\" is not known", "did you mean \"last4\"?"},
    {"later_mask", "version = 1\n[table.\"a.b\"]\ncolumn.c = { class = \"labs\", mask = \"hash\" }",
     3, "mask = \"hash\" is not available in this version", "\"null\""},
    {"range_without_unit",
     "version = 1\n[table.\"a.b\"]\ncolumn.c = { class = \"labs\", seal = true, search = "
     "[\"range:\"] }",
     3, "\"range:\" has no unit", "range:day, week, month or year"},
    {"range_of_decades",
     "version = 1\n[table.\"a.b\"]\ncolumn.c = { class = \"labs\", seal = true, search = "
     "[\"range:decade\"] }",
     3, "\"range:decade\" has no unit", "range:log2"},
    {"step_of_nothing",
     "version = 1\n[table.\"a.b\"]\ncolumn.c = { class = \"labs\", seal = true, search = "
     "[\"range:0.0\"] }",
     3, "\"range:0.0\" has no unit", "range:10"},
    {"step_in_another_spelling",
     "version = 1\n[table.\"a.b\"]\ncolumn.c = { class = \"labs\", seal = true, search = "
     "[\"range:0.50\"] }",
     3, "\"range:0.50\" has no unit", "range:10"},
    {"order_without_unit",
     "version = 1\n[table.\"a.b\"]\ncolumn.c = { class = \"labs\", seal = true, search = "
     "[\"order:first\"] }",
     3, "\"order:first\" has no unit", "order:1 to order:8"},
    {"two_ranges",
     "version = 1\n[table.\"a.b\"]\ncolumn.c = { class = \"labs\", seal = true, search = "
     "[\"range:day\", \"range:year\"] }",
     3, "search names \"range:year\" twice", "once is enough"},
    {"unknown_term",
     "version = 1\n[table.\"a.b\"]\ncolumn.c = { class = \"labs\", seal = true, search = "
     "[\"equal\"] }",
     3, "\"equal\" is not known", "one of: equality"},
    {"term_twice",
     "version = 1\n[table.\"a.b\"]\ncolumn.c = { class = \"labs\", seal = true, search = "
     "[\"text\", \"text\"] }",
     3, "names \"text\" twice", "once"},
    {"search_without_seal",
     "version = 1\n[table.\"a.b\"]\ncolumn.c = { class = \"labs\", search = [\"text\"] }", 3,
     "search needs seal = true", "add seal = true"},
    {"pad_out_of_range",
     "version = 1\n[table.\"a.b\"]\ncolumn.c = { class = \"labs\", seal = true, pad = 4000 }", 3,
     "pad = 4000 is out of range", "0 to 1024"},
    {"column_twice",
     "version = 1\n[table.\"a.b\"]\ncolumn.c = { class = \"labs\" }\ncolumn.c = { class = \"labs\" "
     "}\n",
     4, "", "TOML"},
    {"table_twice_in_two_spellings",
     "version = 1\n[table.\"a.b\"]\ncolumn.c = { class = \"labs\" }\n"
     "[table.'a.\"b\"']\ncolumn.c = { class = \"labs\" }\n",
     4, "stands here again", "line 2"},
    {"table_without_schema", "version = 1\n[table.patients]\ncolumn.c = { class = \"labs\" }", 2,
     "\"patients\" is not the name of a table with its schema", "[table.\"public.patients\"]"},
    {"table_unquoted", "version = 1\n[table.public.patients]\ncolumn.c = { class = \"labs\" }", 2,
     "\"public\" is not the name", "in quotes"},
    {"table_upper_case",
     "version = 1\n[table.\"public.Patients\"]\ncolumn.c = { class = \"labs\" }", 2,
     "is not the name", "mixed case"},
    {"table_without_columns", "version = 1\n[table.\"a.b\"]\nsubject = \"id\"\n", 2,
     "column is missing", "take the table out"},
    {"subject_empty",
     "version = 1\n[table.\"a.b\"]\nsubject = \"\"\ncolumn.c = { class = \"labs\" }\n", 3,
     "subject is empty", "leave subject out"},
    {"column_is_a_string", "version = 1\n[table.\"a.b\"]\ncolumn.c = \"labs\"", 3,
     "\"c\" is not a table", "{ … }"},
    {"role_unknown_key", "version = 1\n[role.r]\nmember = [\"x\"]\n", 3, "unknown key \"member\"",
     "did you mean \"members\"?"},
    {"role_unknown_class", "version = 1\n[role.r]\nallow = { labz = [\"clear\"] }\n", 3,
     "class \"labz\" is not known", "did you mean \"labs\"?"},
    {"role_unknown_verb", "version = 1\n[role.r]\nallow = { labs = [\"claer\"] }\n", 3,
     "verb \"claer\" is not known", "did you mean \"clear\"?"},
    {"role_changes_consents", "version = 1\n[role.r]\nallow = { consents = [\"change\"] }\n", 3,
     "nobody may change consents", "only added"},
    {"role_deletes_consents", "version = 1\n[role.r]\nallow = { consents = [\"delete\"] }\n", 3,
     "nobody may delete consents", "only added"},
    {"verbs_as_a_string", "version = 1\n[role.r]\nallow = { labs = \"clear\" }\n", 3,
     "labs is a string", "array of strings"},
    {"member_twice", "version = 1\n[role.r]\nmembers = [\"x\", \"x\"]\n", 3, "member twice",
     "once"},
    {"member_empty", "version = 1\n[role.r]\nmembers = [\"pg:\"]\n", 3, "no name", "login name"},
    {"rows_of_an_unknown_table",
     "version = 1\n[table.\"a.bees\"]\ncolumn.c = { class = \"labs\" }\n"
     "[role.r]\nrows = { \"a.bee\" = \"true\" }\n",
     5, "\"a.bee\", which is no table of this policy", "did you mean \"a.bees\"?"},
    {"rows_empty",
     "version = 1\n[table.\"a.b\"]\ncolumn.c = { class = \"labs\" }\n[role.r]\nrows = { \"a.b\" = "
     "\" \" }\n",
     5, "is no condition", "not vip"},
    {"idle_timeout_a_number", "version = 1\n[role.r]\nidle_timeout = 10\n", 3,
     "idle_timeout is a number", "duration"},
    {"idle_timeout_no_unit", "version = 1\n[role.r]\nidle_timeout = \"10\"\n", 3,
     "is not a duration", "units are ms, s, m, h, d"},
};

class PolicyErrors : public ::testing::TestWithParam<ErrorCase> {};

TEST_P(PolicyErrors, NameTheLineAndTheRemedy) {
  const ErrorCase& expected = GetParam();
  const auto errors = errors_of(expected.text);
  ASSERT_EQ(errors.size(), 1U) << (errors.empty() ? "" : print(errors.back()));
  EXPECT_EQ(errors[0].file, "policy.toml");
  if (expected.line != 0) {
    EXPECT_EQ(errors[0].line, expected.line);
  }
  EXPECT_THAT(errors[0].message, HasSubstr(expected.message));
  EXPECT_THAT(errors[0].remedy, HasSubstr(expected.remedy));
}

INSTANTIATE_TEST_SUITE_P(Table, PolicyErrors, ::testing::ValuesIn(kErrors), [](const auto& test) {
  return std::string(test.param.name);
});

TEST(ParsePolicy, CollectsAllErrorsInTheOrderOfLines) {
  const auto errors = errors_of(
      "version = 3\n"
      "[role.r]\nallow = { labz = [\"clear\"] }\n"
      "[table.\"a.b\"]\ncolumn.c = { class = \"nothing at all\", mask = \"zap\" }\n");
  ASSERT_EQ(errors.size(), 4U);
  EXPECT_TRUE(std::ranges::is_sorted(errors, {}, &PolicyError::line));
  EXPECT_EQ(
      print(errors[1]),
      "policy.toml:3: role \"r\" allow: class \"labz\" is not known (did you mean \"labs\"?)");
}

TEST(RelationNames, ReadAndPrint) {
  struct Case {
    const char* text;
    const char* schema;
    const char* name;
  };

  const Case kCases[] = {{"public.patients", "public", "patients"},
                         {"public.\"Odd.Name\"", "public", "Odd.Name"},
                         {"\"A\"\"B\".c", "A\"B", "c"},
                         {"s1.t$2", "s1", "t$2"}};
  for (const Case& c : kCases) {
    const auto found = parse_relation_name(c.text);
    ASSERT_TRUE(found) << c.text;
    EXPECT_EQ(found->schema, c.schema);
    EXPECT_EQ(found->name, c.name);
    EXPECT_EQ(print_relation_name(c.schema, c.name), c.text);
  }
  for (const char* text :
       {"", "a", "a.", ".a", "a.b.c", "a.B", "a. b", "\"\".b", "a.\"b", "1a.b"}) {
    EXPECT_FALSE(parse_relation_name(text)) << text;
  }
}

}  // namespace
}  // namespace pgveil::policy
