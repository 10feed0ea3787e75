#include "proxy/twin/logical.hpp"
#include "proxy/twin/script.hpp"
#include "proxy/twin/unwrap.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

namespace pgveil::proxy::twin {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

TEST(SplitDump, HeaderInsideStringOrBodyIsNotAHeader) {
  const auto entries = split_dump(
      "\\restrict x\nSET a = 1;\n\n--\n-- Name: a; b; Type: TABLE; Schema: s; Owner: o\n--\n\n"
      "COMMENT ON TABLE t IS 'x\n-- Name: e; Type: TABLE; Schema: s; Owner: o\n';\n"
      "CREATE FUNCTION f() AS $_$\n-- Name: e; Type: TABLE; Schema: s; Owner: o\n$_$;\n"
      "--\n-- Name: f(integer); Type: FK CONSTRAINT; Schema: -; Owner: -\n--\n\nSELECT 1;\n"
      "\\unrestrict x\n");
  ASSERT_EQ(entries.size(), 3U);
  EXPECT_EQ(entries[0].type, "");
  EXPECT_THAT(entries[0].sql, Not(HasSubstr("restrict")));
  EXPECT_EQ(entries[1].name, "a; b");
  EXPECT_EQ(entries[1].label(), "TABLE s.a; b");
  EXPECT_EQ(entries[2].label(), "FK CONSTRAINT f(integer)");
  EXPECT_THAT(entries[2].sql, HasSubstr("SELECT 1;"));
  EXPECT_THAT(entries[2].sql, Not(HasSubstr("restrict")));
}

struct TextCase {
  const char* name;
  const char* text;
};

const TextCase kTexts[] = {{"unterminated_string", "SELECT 'abc"},
                           {"unterminated_dollar", "$a$ x"},
                           {"unterminated_comment", "/* /* */ x"},
                           {"escape_at_end", "E'\\"},
                           {"dollar_parameter", "SELECT $1; x"},
                           {"only_backslash", "\\"},
                           {"empty", ""}};

TEST(SplitDump, EveryTextEnds) {
  for (const TextCase& row : kTexts) {
    EXPECT_EQ(split_dump(row.text).size(), 1U) << row.name;
  }
}

DumpEntry table(const char* sql) { return {"TABLE", "patients", "public", sql}; }

TEST(LogicalRewriter, SealedColumnsGetTheirLogicalTypes) {
  const LogicalRewriter rewriter({{"public", "patients", "ssn", "character varying(11)", ""},
                                  {"public", "patients", "Last \"N", "text", ""}});
  const auto model = rewriter.for_model(
      table("\nCREATE TABLE public.patients (\n    id integer NOT NULL,\n"
            "    ssn pgveil.\"varchar\" NOT NULL,\n    \"Last \"\"N\" pgveil.text,\n"
            "    dob pgveil.date\n);\n"
            "ALTER TABLE ONLY public.patients ALTER COLUMN ssn SET STORAGE EXTERNAL;\n"
            "ALTER TABLE ONLY public.patients ALTER COLUMN id SET STATISTICS 5;\n"));
  ASSERT_TRUE(model);
  EXPECT_THAT(model->sql, HasSubstr("    ssn character varying(11) NOT NULL,\n"));
  EXPECT_THAT(model->sql, HasSubstr("    \"Last \"\"N\" text,\n"));
  EXPECT_THAT(model->sql, HasSubstr("    dob pg_catalog.date\n"));
  EXPECT_THAT(model->sql, Not(HasSubstr("STORAGE")));
  EXPECT_THAT(model->sql, HasSubstr("STATISTICS"));
}

TEST(LogicalRewriter, WorkTablesHaveStorageAndNoPartitions) {
  const LogicalRewriter rewriter({});
  const auto work = rewriter.for_work(table(
      "SELECT pg_catalog.binary_upgrade_set_next_heap_pg_class_oid('16407'::pg_catalog.oid);\n"
      "\nCREATE TABLE public.patients (\n    a integer NOT NULL\n)\nPARTITION BY RANGE (a);\n"));
  ASSERT_TRUE(work);
  EXPECT_THAT(work->sql, HasSubstr("CREATE UNLOGGED TABLE public.patients (\n"));
  EXPECT_THAT(work->sql, HasSubstr("NOT NULL\n);\n"));
  EXPECT_THAT(work->sql, HasSubstr("set_next_heap_relfilenode('16407'"));
}

TEST(LogicalRewriter, LeavesOutWhatOnlySealedBytesNeed) {
  const LogicalRewriter rewriter({});
  EXPECT_FALSE(
      rewriter.for_model({"INDEX", "i", "public", "CREATE INDEX i ON t (pgveil.equality(ssn));"}));
  EXPECT_TRUE(rewriter.for_model({"INDEX", "i", "public", "CREATE INDEX i ON t (id);"}));
  EXPECT_FALSE(rewriter.for_work({"INDEX", "i", "public", "CREATE INDEX i ON t (id);"}));
  EXPECT_FALSE(rewriter.for_model({"EVENT TRIGGER", "e", "-", "CREATE EVENT TRIGGER e"}));
}

TEST(CreateStatement, OfEachKind) {
  EXPECT_EQ(create_statement({"default", "s", "t", "c", "now()", "", ""}),
            "ALTER TABLE \"s\".\"t\" ALTER COLUMN \"c\" SET DEFAULT now()");
  EXPECT_EQ(create_statement({"constraint", "s", "t", "u", "UNIQUE (ssn)", "", ""}),
            "ALTER TABLE \"s\".\"t\" ADD CONSTRAINT \"u\" UNIQUE (ssn)");
  EXPECT_EQ(create_statement({"view", "s", "", "v", " SELECT 1;\n", "o\"o", ""}),
            "CREATE OR REPLACE VIEW \"s\".\"v\" AS  SELECT 1; ALTER VIEW \"s\".\"v\" OWNER TO"
            " \"o\"\"o\"");
  EXPECT_EQ(create_statement({"index", "s", "t", "i", "CREATE INDEX i ON s.t (a)", "", ""}),
            "CREATE INDEX i ON s.t (a)");
}

/// PostgreSQL's format_node_dump, as it is written there.
std::string wrap(const std::string& dump) {
  std::string out;
  std::size_t i = 0;
  std::string line;
  while (true) {
    line.clear();
    while (line.size() < 78 && i < dump.size()) {
      line += dump[i++];
    }
    if (i >= dump.size()) {
      break;
    }
    if (dump[i] == ' ') {
      ++i;
    } else if (const std::size_t k = line.rfind(' '); k != std::string::npos && k > 0) {
      i -= line.size() - k - 1;
      line.resize(k);
    }
    out += line + "\n";
  }
  return line.empty() ? out : out + line + "\n";
}

TEST(UnwrapNodeText, GivesBackWhatWasWrapped) {
  std::mt19937 random(20'261'122);
  const std::vector<std::string> tokens{
      ":relid",     "16404", "<>",   "({VAR", "Last\\ Name", "a\\\nb",
      "\\ \\ \\ x", "[",     "-119", "0",     ":colnames",   std::string(60, 'n')};
  for (int round = 0; round < 3'000; ++round) {
    std::string dump = "(";
    const std::size_t count = random() % 60;
    for (std::size_t i = 0; i < count; ++i) {
      dump += (i == 0 ? "" : " ") + tokens[random() % tokens.size()];
    }
    dump += ")";
    ASSERT_EQ(unwrap_node_text(wrap(dump)), dump) << round;
  }
  const std::string token = "(" + std::string(200, '"') + " 1)";
  EXPECT_EQ(unwrap_node_text(wrap(token)), token);
  EXPECT_EQ(unwrap_node_text(""), "");
}

TEST(Quote, CannotBeLeft) {
  EXPECT_EQ(quote_name("a\"b"), "\"a\"\"b\"");
  EXPECT_EQ(quote_text("a'b\\"), "E'a''b\\\\'");
}

}  // namespace
}  // namespace pgveil::proxy::twin
