// What stands in the way of sealing is refused in one sentence that names it, and nothing changes.
#include "tests/unit/proxy/apply/fixture.hpp"

namespace pgveil::proxy::apply {
namespace {

struct Refusal {
  const char* name;
  const char* sql;
  const char* column;  // of table t, as TOML
  const char* says;
};

const char kPlain[] = "a = { class = \"labs\", seal = true }";
const char kEquality[] = "a = { class = \"labs\", seal = true, search = [\"equality\"] }";

const Refusal kRefusals[] = {
    {"unique_without_equality", "CREATE TABLE t (a text UNIQUE)", kPlain,
     "search = [\"equality\"]"},
    {"unique_expression", "CREATE TABLE t (a text); CREATE UNIQUE INDEX u ON t (lower(a))",
     kEquality, "index u: it must be unique, but it computes with a sealed column"},
    {"deferrable", "CREATE TABLE t (a text UNIQUE DEFERRABLE)", kEquality, "deferrable"},
    {"exclusion", "CREATE TABLE t (a text, EXCLUDE USING hash (a WITH =))", kEquality, "exclusion"},
    {"foreign_key", "CREATE TABLE o (a text PRIMARY KEY); CREATE TABLE t (a text REFERENCES o)",
     kEquality, "t_a_fkey"},
    {"referenced", "CREATE TABLE t (a text PRIMARY KEY); CREATE TABLE o (a text REFERENCES t)",
     kEquality, "o_a_fkey"},
    {"trigger_of_column",
     "CREATE TABLE t (a text); CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS"
     " 'BEGIN RETURN NEW; END'; CREATE TRIGGER tr BEFORE UPDATE OF a ON t FOR EACH ROW EXECUTE "
     "FUNCTION"
     " f()",
     kPlain, "trigger tr"},
    {"policy", "CREATE TABLE t (a text); CREATE POLICY p ON t USING (a = 'x')", kPlain, "policy p"},
    {"generated_from_it", "CREATE TABLE t (a text, b text GENERATED ALWAYS AS (a || 'x') STORED)",
     kPlain, "column b"},
    {"is_generated", "CREATE TABLE t (b int, a int GENERATED ALWAYS AS (b) STORED)", kPlain,
     "generated"},
    {"identity", "CREATE TABLE t (a int GENERATED ALWAYS AS IDENTITY)", kPlain, "identity"},
    {"serial", "CREATE TABLE t (a serial)", kPlain, "sequence"},
    {"type", "CREATE TABLE t (a real)", kPlain, "type real"},
    {"array", "CREATE TABLE t (a text[])", kPlain, "type text[]"},
    {"text_of_number", "CREATE TABLE t (a int)",
     "a = { class = \"labs\", seal = true, search = [\"text\"] }", "terms are for text"},
    {"range_of_text", "CREATE TABLE t (a text)",
     "a = { class = \"labs\", seal = true, search = [\"range:year\"] }",
     "\"range:year\" has no meaning for type text"},
    {"years_of_numbers", "CREATE TABLE t (a int)",
     "a = { class = \"labs\", seal = true, search = [\"range:year\"] }", "a step such as range:10"},
    {"order_of_json", "CREATE TABLE t (a jsonb)",
     "a = { class = \"labs\", seal = true, search = [\"order:2\"] }", "\"order:2\" has no meaning"},
    {"order_by_letters", "CREATE TABLE t (a text COLLATE \"en-x-icu\")",
     "a = { class = \"labs\", seal = true, search = [\"order:2\"] }",
     "the order of beginnings would contradict it"},
    {"equality_of_many_spellings",
     "CREATE COLLATION ci (provider = icu, locale = 'und-u-ks-level2', deterministic = false);"
     " CREATE TABLE t (a text COLLATE ci)",
     kEquality, "takes different texts for equal"},
    {"equality_of_json", "CREATE TABLE t (a jsonb)", kEquality, "no equality term"},
    {"materialized_view", "CREATE TABLE t (a text); CREATE MATERIALIZED VIEW m AS SELECT a FROM t",
     kPlain, "materialized"},
    {"partitioned", "CREATE TABLE t (a text) PARTITION BY LIST (a)", kPlain, "ordinary tables"},
    {"parent", "CREATE TABLE t (a text); CREATE TABLE c () INHERITS (t)", kPlain, "children"},
    {"view", "CREATE TABLE b (a text); CREATE VIEW t AS SELECT a FROM b", kPlain,
     "ordinary tables"},
    {"missing_column", "CREATE TABLE t (b text)", kPlain, "has no column a"},
    {"function_of_column",
     "CREATE TABLE t (a text); CREATE FUNCTION f() RETURNS text LANGUAGE sql BEGIN ATOMIC;"
     " SELECT a FROM t; END",
     kPlain, "function public.f()"}};

TEST_F(ApplyTest, RefusesInOneSentence) {
  for (const Refusal& c : kRefusals) {
    SCOPED_TRACE(c.name);
    sql("DROP SCHEMA public CASCADE; CREATE SCHEMA public; DROP SCHEMA IF EXISTS pgveil CASCADE");
    sql(c.sql);
    const std::string policy =
        std::string("[table.\"public.t\"]\n[table.\"public.t\".column]\n") + c.column + "\n";
    EXPECT_EQ(apply(policy), kExitFailed);
    EXPECT_NE(output_.find(c.says), std::string::npos) << output_;
    EXPECT_NE(plan(policy), kExitDone);
    EXPECT_NE(output_.find(c.says), std::string::npos) << output_;
    EXPECT_EQ(ask("SELECT to_regnamespace('pgveil')"), "");
  }
}

// It may be made later, by a client: the schema has to be there then.
TEST_F(ApplyTest, TellsOfAMissingTableAndGoesOn) {
  sql("CREATE TABLE b (b text)");
  const std::string policy = std::string("[table.\"public.t\"]\n[table.\"public.t\".column]\n") +
                             kPlain + "\n";
  EXPECT_EQ(plan(policy), kExitPending);
  EXPECT_EQ(apply(policy), kExitDone);
  EXPECT_NE(output_.find("table public.t does not exist"), std::string::npos) << output_;
  EXPECT_EQ(ask("SELECT to_regnamespace('pgveil')"), "pgveil");
}

TEST_F(ApplyTest, RefusesAWrongKeyWithoutChange) {
  sql("CREATE TABLE t (a text); INSERT INTO t VALUES ('x')");
  const char* policy =
      "[table.\"public.t\"]\n[table.\"public.t\".column]\na = { class = \"labs\", seal = true }\n";
  ASSERT_EQ(apply(policy), kExitDone) << output_;
  const std::string sealed = dump();
  const std::string other = *key_folder + "/other-" + database_;
  ASSERT_TRUE(keys::create_key_file(other).has_value());
  options_.key_file = other;
  EXPECT_EQ(revert(), kExitFailed);
  EXPECT_NE(output_.find("public.t.a"), std::string::npos) << output_;
  EXPECT_EQ(dump(), sealed);
}

TEST_F(ApplyTest, ADamagedValueStopsRevertAndNamesTheRow) {
  sql("CREATE TABLE t (a text); INSERT INTO t VALUES ('x'), ('y')");
  const char* policy =
      "[table.\"public.t\"]\n[table.\"public.t\".column]\na = { class = \"labs\", seal = true }\n";
  ASSERT_EQ(apply(policy), kExitDone) << output_;
  sql("UPDATE t SET a = set_byte(a::bytea, 20, get_byte(a::bytea, 20) # 1) WHERE ctid = '(0,2)'");
  EXPECT_EQ(revert(), kExitFailed);
  EXPECT_NE(output_.find("public.t.a, row (0,3)"), std::string::npos) << output_;
  EXPECT_NE(output_.find("BadTag"), std::string::npos) << output_;
  EXPECT_EQ(ask("SELECT count(*) FROM t WHERE pgveil.is_sealed(a)"), "2");
}

TEST_F(ApplyTest, CheckFindsWhatDiffersFromThePolicy) {
  sql("CREATE TABLE t (a text, b text, c int)");
  const std::string head = "[table.\"public.t\"]\n[table.\"public.t\".column]\n";
  ASSERT_EQ(apply(head + "a = { class = \"labs\", seal = true, search = [\"equality\"] }\n"
                         "b = { class = \"labs\", seal = true, pad = 16 }\n"),
            kExitDone);
  EXPECT_EQ(check(head + "a = { class = \"labs\", seal = true, search = [\"text\"] }\n"
                         "b = { class = \"labs\" }\n"),
            kExitPending);
  EXPECT_NE(output_.find("policy.toml:4: public.t.a carries other search terms: equality"),
            std::string::npos)
      << output_;
  EXPECT_NE(output_.find("policy.toml:5: public.t.b is sealed, but the policy says it is not"),
            std::string::npos)
      << output_;
  EXPECT_EQ(check(head + "a = { class = \"labs\", seal = true, search = [\"equality\"] }\n"),
            kExitPending);
  EXPECT_NE(output_.find("public.t.b is sealed, but the policy does not name it"),
            std::string::npos);
  EXPECT_NE(output_.find("terms without an index, so searches read the table: public.t.a"),
            std::string::npos)
      << output_;
  EXPECT_EQ(check("[table.\"public.t\"]\n[table.\"public.t\".column]\n"
                  "c = { class = \"labs\", mask = \"last4\" }\n"),
            kExitPending);
  EXPECT_NE(output_.find("mask \"last4\" has no meaning for type integer"), std::string::npos)
      << output_;
}

}  // namespace
}  // namespace pgveil::proxy::apply
