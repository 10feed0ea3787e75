#include "policy/sql/node_text.hpp"

#include "tests/unit/policy/sql/notices.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace pgveil::policy::sql {
namespace {

using testing::ElementsAre;

/// format_node_dump of PostgreSQL's print.c, to compare with.
std::string fold(const std::string& dump) {
  std::string out;
  std::size_t i = 0;
  for (;;) {
    std::string line = dump.substr(i, 78);
    i += line.size();
    if (i >= dump.size()) return line.empty() ? out : out + line + "\n";
    if (dump[i] == ' ') {
      ++i;
    } else {
      const std::size_t blank = line.rfind(' ');
      if (blank != std::string::npos && blank > 0) {
        i -= line.size() - blank - 1;
        line.resize(blank);
      }
    }
    out += line + "\n";
  }
}

std::unique_ptr<const NodeTree> parse(std::string text) {
  auto tree = NodeTree::parse(std::move(text));
  EXPECT_TRUE(tree);
  return tree ? std::move(*tree) : nullptr;
}

std::unique_ptr<const NodeTree> parse_notice(const std::string& detail) {
  auto tree = NodeTree::parse_notice(detail);
  EXPECT_TRUE(tree) << detail.substr(0, 200);
  return tree ? std::move(*tree) : nullptr;
}

std::vector<std::string> texts(const Node& list) {
  std::vector<std::string> out;
  for (const Node item : list) out.push_back(item.as_text());
  return out;
}

TEST(NodeText, UnfoldsWhatTheServerFolded) {
  for (const Notice& one : notices()) {
    const std::string unfolded = unfold_node_dump(one.detail);
    EXPECT_EQ(fold(unfolded), one.detail) << one.sql;
  }
}

TEST(NodeText, ReadsEveryCapturedTree) {
  std::size_t vars = 0;
  for (const Notice& one : notices()) {
    const auto tree = parse_notice(one.detail);
    ASSERT_TRUE(tree) << one.sql;
    ASSERT_EQ(tree->root().kind(), Node::Kind::List);
    for (const Node query : tree->root()) EXPECT_TRUE(query.is_object("QUERY")) << one.sql;
    const std::string printed = tree->print();
    EXPECT_EQ(printed, unfold_node_dump(one.detail)) << one.sql;
    const auto again = parse(printed);
    ASSERT_TRUE(again);
    EXPECT_EQ(again->print(), printed);
    for (std::size_t at = 0; (at = printed.find("{VAR ", at)) != std::string::npos; ++at) ++vars;
  }
  EXPECT_GT(vars, 300U);
}

TEST(NodeText, FindsFieldsByName) {
  const auto tree = parse_notice(notice("SELECT id, last_name FROM patients WHERE ssn"));
  const Node query = tree->root().item(0);
  EXPECT_EQ(query.field("commandType").as_int(), 1);
  EXPECT_TRUE(query.field("canSetTag").as_bool());
  EXPECT_FALSE(query.field("hasAggs").as_bool());
  EXPECT_TRUE(query.field("cteList").is_null());
  const Node entry = query.field("rtable").item(0);
  EXPECT_TRUE(entry.is_object("RANGETBLENTRY"));
  EXPECT_EQ(entry.field("relkind").as_text(), "r");
  EXPECT_EQ(texts(entry.field("eref").field("colnames")),
            (std::vector<std::string>{"id", "ssn", "last_name", "first_name", "dob", "price",
                                      "tags", "body", "", "c", "t"}));
  // Attribute number + 7.
  EXPECT_THAT(entry.field("selectedCols").as_ints(), ElementsAre(8, 9, 10));
  EXPECT_EQ(entry.field("insertedCols").kind(), Node::Kind::Bitmapset);
  EXPECT_TRUE(entry.field("insertedCols").as_ints().empty());
  const Node target = query.field("targetList").item(1);
  EXPECT_EQ(target.field("resname").as_text(), "last_name");
  EXPECT_EQ(target.field("expr").field("varattno").as_int(), 3);
  EXPECT_EQ(target.field("expr").field("location").as_int(), 11);
}

TEST(NodeText, AMissingFieldIsMissingAllTheWayDown) {
  const auto tree = parse("{A :b 1}");
  const Node missing = tree->root().field("x").field("y").item(3);
  EXPECT_FALSE(missing.exists());
  EXPECT_TRUE(missing.is_null());
  EXPECT_FALSE(missing.as_int());
  EXPECT_EQ(missing.as_int_or(7), 7);
  EXPECT_EQ(missing.as_text(), "");
  EXPECT_EQ(missing.size(), 0U);
  EXPECT_EQ(missing.begin(), missing.end());
  EXPECT_FALSE(Node{}.exists());
}

TEST(NodeText, OddNamesComeBack) {
  const auto tree = parse_notice(notice("SELECT * FROM \"My Schema\""));
  const Node query = tree->root().item(0);
  std::vector<std::string> names;
  for (const Node target : query.field("targetList"))
    names.push_back(target.field("resname").as_text());
  EXPECT_THAT(names, ElementsAre("a b", "with \"quote\"", "back\\slash", "naïve é", ":colon",
                                 "<angle>", "1digit", "-minus", "[bracket]", "tab\there",
                                 "line\nbreak", std::string(31, '(') + std::string(31, ')'),
                                 std::string(63, '\\'), "<>", "true", "\""));
  const Node entry = query.field("rtable").item(0);
  EXPECT_EQ(texts(entry.field("eref").field("colnames")), names);
}

TEST(NodeText, OddAliasesComeBack) {
  const auto tree = parse_notice(notice("SELECT \"a b\" AS"));
  const Node query = tree->root().item(0);
  std::vector<std::string> names;
  for (const Node target : query.field("targetList"))
    names.push_back(target.field("resname").as_text());
  EXPECT_THAT(names,
              ElementsAre("x y z", "(paren", ":field", "<>", "{", "new\nline", "\"", "\\", " "));
  EXPECT_EQ(query.field("rtable").item(0).field("alias").field("aliasname").as_text(), "the alias");
  const auto columns = parse_notice(notice("SELECT o FROM"));
  const Node alias = columns->root().item(0).field("rtable").item(0).field("alias");
  EXPECT_THAT(texts(alias.field("colnames")),
              ElementsAre(":a", "b c", "<d", "1", "-1", "+",
                          "é è ê ë é è ê ë é è ê ë é è ê ë é è ê", "     ", "a)b", "]", "[ 1 ]"));
}

TEST(NodeText, ConstantsHaveTheirBytes) {
  const auto tree = parse_notice(notice("SELECT date '2020-01-01'"));
  const Node list = tree->root().item(0).field("targetList");
  const auto value = [&](std::size_t i) { return list.item(i).field("expr").field("constvalue"); };
  EXPECT_EQ(value(0).kind(), Node::Kind::Datum);
  EXPECT_EQ(value(0).as_bytes().size(), 8U);
  EXPECT_EQ(value(0).as_bytes()[0], std::byte{0x89});  // -119
  EXPECT_EQ(value(0).as_bytes()[1], std::byte{28});
  EXPECT_EQ(value(7).kind(), Node::Kind::Null);
  EXPECT_TRUE(list.item(7).field("expr").field("constisnull").as_bool());
  EXPECT_EQ(list.item(4).field("expr").field("location").as_int(), 70);
  EXPECT_TRUE(value(0).as_text().empty());
}

struct FormCase {
  const char* text;
  Node::Kind kind;
  std::size_t size;
};

TEST(NodeText, KnowsTheForms) {
  const FormCase rows[] = {{"<>", Node::Kind::Null, 0},
                           {"()", Node::Kind::List, 0},
                           {"(b)", Node::Kind::Bitmapset, 0},
                           {"(b 1 70)", Node::Kind::Bitmapset, 2},
                           {"(i -1 2)", Node::Kind::IntList, 2},
                           {"(o 23 25)", Node::Kind::OidList, 2},
                           {"(\"a\" \"b\")", Node::Kind::List, 2},
                           {"{X}", Node::Kind::Object, 0},
                           {"(1\n2\t3\r 4)", Node::Kind::List, 4},
                           {"?", Node::Kind::Token, 0},
                           {"{X :a 1 2 3 :b <>}", Node::Kind::Object, 2}};
  for (const FormCase& row : rows) {
    const auto tree = NodeTree::parse(row.text);
    ASSERT_TRUE(tree) << row.text;
    EXPECT_EQ((*tree)->root().kind(), row.kind) << row.text;
    EXPECT_EQ((*tree)->root().size(), row.size) << row.text;
  }
}

TEST(NodeText, AValueIsTakenByPosition) {
  const auto tree = parse("{T :resname :expr :expr 1}");
  EXPECT_EQ(tree->root().field("resname").as_text(), ":expr");
  EXPECT_EQ(tree->root().field("expr").as_int(), 1);
}

TEST(NodeText, RefusesWhatIsNotATree) {
  for (const char* text : {"", "(", ")", "{", "{}", "{X", "{X :a}", "{X a 1}", "(1", "(b x)", "1 2",
                           "<> <>", "{X :a 4 [ 1 2 }", "{X :a 4 [ 1 2 ]}", "{X :a x [ 1 ]}",
                           "{X :a 1 [ 300 ]}", "({X}", "{(}"}) {
    EXPECT_FALSE(NodeTree::parse(text)) << text;
  }
}

TEST(NodeText, KeepsItsLimits) {
  NodeLimits limits;
  limits.max_depth = 3;
  EXPECT_TRUE(NodeTree::parse("((()))", limits));
  EXPECT_EQ(NodeTree::parse("(((())))", limits).error().code, Errc::TooDeep);
  limits.max_nodes = 4;
  EXPECT_TRUE(NodeTree::parse("(1 2)", limits));
  EXPECT_EQ(NodeTree::parse("(1 2 3)", limits).error().code, Errc::TooLarge);
  limits.max_bytes = 4;
  EXPECT_EQ(NodeTree::parse("(1 2)", limits).error().code, Errc::TooLarge);
}

}  // namespace
}  // namespace pgveil::policy::sql
