#include "proxy/catalog/opaque.hpp"

#include <gtest/gtest.h>

namespace pgveil::proxy::catalog {
namespace {

struct BodyCase {
  const char* name;
  const char* language;
  const char* body;
  bool opaque;
};

const BodyCase kBodies[] = {
    {"arithmetic", "sql", "SELECT $1 + 1", false},
    {"reads_a_table", "sql", "SELECT count(*) FROM patients", true},
    {"quoted_table", "sql", "SELECT 1 FROM \"Odd Name\"", true},
    {"quoted_in_other_case", "sql", "SELECT 1 AS \"PATIENTS\"", false},
    {"unquoted_is_folded", "plpgsql", "BEGIN PERFORM 1 FROM PaTiEnTs; END", true},
    {"name_in_a_string", "sql", "SELECT 'patients'", false},
    {"name_in_a_comment", "sql", "SELECT 1 -- patients\n /* patients */", false},
    {"dynamic", "plpgsql", "BEGIN EXECUTE 'SELECT 1'; END", true},
    {"dynamic_lower", "plpgsql", "BEGIN execute x; END", true},
    {"inserts", "plpgsql", "BEGIN INSERT INTO t VALUES (1); END", true},
    {"calls_opaque_builtin", "sql", "SELECT query_to_xml('x', true, true, '')", true},
    {"calls_opaque_user", "sql", "SELECT public.reader ()", true},
    {"names_opaque_user_only", "sql", "SELECT 1 AS reader", false},
    {"opaque_operator", "sql", "SELECT 1 <~> 2", true},
    {"dollar_string", "sql", "SELECT $x$ patients $x$", false},
    {"escape_string", "sql", "SELECT E'\\'patients'", false},
    {"control_flow", "plpgsql", "DECLARE r int; BEGIN FOR r IN 1..3 LOOP NULL; END LOOP; END",
     false},
    {"information_schema", "sql", "SELECT 1 FROM information_schema.tables", true},
    {"catalog", "sql", "SELECT relname FROM pg_class", true},
    {"other_language", "plpython3u", "return 1", true},
    {"c_function", "c", "", true}};

TEST(FindOpaque, LooksIntoBodies) {
  const std::set<std::string, std::less<>> relations{"patients", "Odd Name", "pg_class"};
  for (const BodyCase& row : kBodies) {
    FunctionFacts reader;
    reader.oid = 1;
    reader.name = "reader";
    reader.language = "sql";
    reader.body = "SELECT 1 FROM patients";
    FunctionFacts xml;
    xml.oid = 2;
    xml.name = "query_to_xml";
    xml.builtin = true;
    FunctionFacts tested;
    tested.oid = 3;
    tested.name = "tested";
    tested.language = row.language;
    tested.body = row.body;
    const auto opaque = find_opaque({tested, reader, xml}, {{"<~>", 1}, {"+", 77}}, relations);
    EXPECT_EQ(opaque.contains(3), row.opaque) << row.name;
    EXPECT_TRUE(opaque.contains(1) && opaque.contains(2));
  }
}

TEST(FindOpaque, FollowsChainsAndAggregates) {
  std::vector<FunctionFacts> functions(12);
  for (std::uint32_t i = 0; i < 10; ++i) {
    functions[i].oid = i;
    functions[i].name = "f" + std::to_string(i);
    functions[i].language = "plpgsql";
    functions[i].body = "BEGIN RETURN f" + std::to_string(i + 1) + "(); END";
  }
  functions[9].body = "BEGIN COPY x TO STDOUT; END";
  functions[10].oid = 10;
  functions[10].name = "agg";
  functions[10].aggregate = true;
  functions[10].parts = {50, 4};
  functions[11].oid = 11;
  functions[11].name = "citext_eq";
  functions[11].language = "c";
  functions[11].extension = "citext";
  EXPECT_EQ(find_opaque(functions, {}, {}).size(), 11U);
  functions[9].body = "BEGIN RETURN 1; END";
  EXPECT_EQ(find_opaque(functions, {}, {}).size(), 0U);
}

TEST(FindServerBound, IsWhatCallsAServerFunctionAtAnyRemove) {
  const struct {
    const char* name;
    const char* language;
    const char* body;
    bool bound;
  } rows[] = {{"only_computes", "sql", "SELECT upper($1) || '.'", false},
              {"has_dice", "plpgsql", "BEGIN RETURN random(); END", false},
              {"asks_the_clock", "sql", "SELECT $1 < now()", true},
              {"takes_a_number", "plpgsql", "BEGIN RETURN nextval('s'); END", true},
              {"calls_one", "sql", "SELECT takes_a_number() + 1", true},
              {"not_read", "c", "", true}};

  std::vector<FunctionFacts> functions;
  for (const auto& row : rows) {
    FunctionFacts& function = functions.emplace_back();
    function.oid = static_cast<std::uint32_t>(functions.size());
    function.name = row.name;
    function.language = row.language;
    function.body = row.body;
  }
  const auto bound = find_server_bound(functions, {"now", "nextval"});
  for (std::uint32_t i = 0; i < functions.size(); ++i) {
    EXPECT_EQ(bound.contains(i + 1), rows[i].bound) << rows[i].name;
  }
}

TEST(FindOpaque, HalfBodiesEnd) {
  for (const char* body : {"'", "\"", "$a$", "/*", "--", "E'\\", "$1", "\"\"\"", "é'"}) {
    FunctionFacts function;
    function.language = "sql";
    function.body = body;
    (void)find_opaque({function}, {}, {});
  }
}

TEST(IsOpaqueBuiltin, KnowsBothFormsOfTsRewrite) {
  EXPECT_TRUE(is_opaque_builtin("ts_rewrite", "tsquery, text"));
  EXPECT_FALSE(is_opaque_builtin("ts_rewrite", "tsquery, tsquery, tsquery"));
  for (const char* name : {"table_to_xml_and_xmlschema", "lo_export", "lo_import", "pg_read_file",
                           "pg_ls_waldir", "pg_stat_file", "ts_stat", "set_config"}) {
    EXPECT_TRUE(is_opaque_builtin(name, "")) << name;
  }
  for (const char* name : {"lower", "log", "now", "nextval", "to_char", "xmlagg", "pg_typeof",
                           "lo_get", "pg_notify"}) {
    EXPECT_FALSE(is_opaque_builtin(name, "")) << name;
  }
}

}  // namespace
}  // namespace pgveil::proxy::catalog
