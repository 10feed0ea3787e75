// Views are read from real rewrite rules, as the server stores them.
#include "proxy/apply/view_use.hpp"

#include "proxy/apply/table_state.hpp"
#include "tests/unit/proxy/apply/fixture.hpp"

namespace pgveil::proxy::apply {
namespace {

struct ViewCase {
  const char* query;
  ViewUse::Kind kind;
  std::set<std::int16_t> outputs;
};

// p(id, s, t): s is sealed. o(id, u): u is sealed.
const ViewCase kViews[] = {
    {"SELECT id, t FROM p", ViewUse::Kind::Untouched, {}},
    {"SELECT count(*) FROM p", ViewUse::Kind::Untouched, {}},
    {"SELECT t, s FROM p WHERE id > 3", ViewUse::Kind::Passes, {2}},
    {"SELECT id FROM p WHERE s IS NULL", ViewUse::Kind::Passes, {}},
    {"SELECT p.s, o.u FROM p JOIN o ON o.id = p.id", ViewUse::Kind::Passes, {1, 2}},
    {"SELECT id, s, u FROM p JOIN o USING (id)", ViewUse::Kind::Passes, {2, 3}},
    {"SELECT * FROM p LEFT JOIN o USING (id)", ViewUse::Kind::Passes, {2, 4}},
    {"SELECT s || 'x' FROM p", ViewUse::Kind::Computes, {}},
    {"SELECT s::varchar FROM p", ViewUse::Kind::Computes, {}},
    {"SELECT id FROM p WHERE s = 'x'", ViewUse::Kind::Computes, {}},
    {"SELECT id FROM p ORDER BY s", ViewUse::Kind::Computes, {}},
    {"SELECT s FROM p ORDER BY s", ViewUse::Kind::Computes, {}},
    {"SELECT DISTINCT s FROM p", ViewUse::Kind::Computes, {}},
    {"SELECT s, count(*) FROM p GROUP BY s", ViewUse::Kind::Computes, {}},
    {"SELECT max(s) FROM p", ViewUse::Kind::Computes, {}},
    {"SELECT p FROM p", ViewUse::Kind::Computes, {}},
    {"SELECT row_to_json(p) FROM p", ViewUse::Kind::Computes, {}},
    {"SELECT s FROM p UNION SELECT u FROM o", ViewUse::Kind::Computes, {}},
    {"SELECT x.s FROM (SELECT s FROM p) x", ViewUse::Kind::Computes, {}},
    {"WITH x AS (SELECT s FROM p) SELECT s FROM x", ViewUse::Kind::Computes, {}},
    {"SELECT id FROM p WHERE EXISTS (SELECT FROM o WHERE o.u = p.s)", ViewUse::Kind::Computes, {}},
    {"SELECT id FROM p WHERE EXISTS (SELECT FROM o WHERE o.id = p.id)",
     ViewUse::Kind::Untouched,
     {}},
    {"SELECT p.id FROM p JOIN o ON p.s = o.u", ViewUse::Kind::Computes, {}},
    {"SELECT id FROM p, LATERAL (SELECT s) q", ViewUse::Kind::Computes, {}},
    {"SELECT row_number() OVER (ORDER BY s) FROM p", ViewUse::Kind::Computes, {}}};

TEST_F(ApplyTest, ReadsWhatAViewDoesWithSealedColumns) {
  sql("CREATE TABLE p (id int, s text, t text); CREATE TABLE o (id int, u text)");
  auto connection = open(options_.conninfo);
  const auto p = read_table(connection, "public", "p");
  const auto o = read_table(connection, "public", "o");
  ASSERT_TRUE(p.has_value() && (*p).has_value() && o.has_value() && (*o).has_value());
  const SealedAttributes sealed{{(**p).oid, {2}}, {(**o).oid, {2}}};
  for (const ViewCase& c : kViews) {
    sql(std::string("CREATE VIEW v AS ") + c.query);
    const auto tree = connection.query(
        "SELECT ev_action FROM pg_catalog.pg_rewrite WHERE ev_class = "
        "'public.v'::pg_catalog.regclass");
    ASSERT_TRUE(tree.has_value());
    const ViewUse use = view_use((*tree).text(0, 0), sealed);
    EXPECT_EQ(use.kind, c.kind) << c.query;
    if (c.kind == ViewUse::Kind::Passes) {
      EXPECT_EQ(use.sealed_outputs, c.outputs) << c.query;
    }
    sql("DROP VIEW v");
  }
}

TEST(ViewUse, UnreadableRulesCompute) {
  EXPECT_EQ(view_use("", {}).kind, ViewUse::Kind::Computes);
  EXPECT_EQ(view_use("({QUERY", {}).kind, ViewUse::Kind::Computes);
}

}  // namespace
}  // namespace pgveil::proxy::apply
